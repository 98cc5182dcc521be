import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFolder, packedBytes } from './bundle-files.ts';
import type { Journal } from './journal.ts';

/** The disk space of journal and evidence, in bytes. */
export interface Room {
  bytes: number;
  /** What a year takes at two hours of booked charging a day. */
  yearBytes: number;
}

const ROOM_NOTE = 'room';
const HOURS_PER_YEAR = 730;
const LINES_PER_HOUR = 360;
/** Keys and pointers of a stored line, beside its text. */
const LINE_OVERHEAD_BYTES = 24;
/** Sessions from which an hour is estimated. */
const SESSIONS = 20;
/** What an hour leaves for good, and what it takes until it is pruned: of a simulated week, while nothing is known here. */
const TYPICAL_HOUR_BYTES = 320_000;
const UNPRUNED_HOUR_BYTES = 4_000_000;
/** Until a session is pruned, at two hours a day. */
const UNPRUNED_HOURS = 8;

/** What an hour of charging left for good in this data folder. */
function hourBytes(journal: Journal, dataDir: string): number {
  const sessions = journal.prunedSessions(SESSIONS).map(({ bookingId, bundleHash }) => {
    const { bytes, hours } = journal.readingsOf(bookingId);
    return { bytes: bytes + packedBytes(bundleFolder(dataDir), bundleHash), hours };
  });
  const hours = sessions.reduce((sum, session) => sum + session.hours, 0);
  if (hours < 1) return TYPICAL_HOUR_BYTES;
  const bytes = sessions.reduce((sum, session) => sum + session.bytes, 0);
  return bytes / hours + LINES_PER_HOUR * (journal.measuredLineBytes() + LINE_OVERHEAD_BYTES);
}

function folderBytes(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder).reduce(
    (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

export function measureRoom(journal: Journal, dataDir: string): Room {
  const yearBytes = HOURS_PER_YEAR * hourBytes(journal, dataDir) + UNPRUNED_HOURS * UNPRUNED_HOUR_BYTES;
  return {
    bytes: journal.usedBytes() + folderBytes(bundleFolder(dataDir)),
    yearBytes: Math.round(yearBytes),
  };
}

export const keepRoom = (journal: Journal, room: Room): void => journal.setNote(ROOM_NOTE, room);

/** As it was measured last; undefined before the first time. */
export const roomOf = (journal: Pick<Journal, 'note'>): Room | undefined => journal.note<Room>(ROOM_NOTE);
