import type { Hex } from 'viem';
import { noticeOf } from '../../protocol/notices.ts';
import type { Frame } from '../drivers/charge-point-events.ts';
import type { Journal } from '../journal/journal.ts';
import type { Session } from '../session/types.ts';
import { type HostNoticesParts, notifyHost } from './host-notices.ts';

const ORPHAN_STOPS_NOTE = 'orphanStops';
const LOW_STOPS_NOTE = 'stopsBelowCounted';
const MAX_STOPS = 50;
/** A charge point with many old stops is one notice a day. */
const NOTICE_SEC = 86_400;

interface StoredOrphan {
  chargePointId: string;
  at?: number;
  frame?: Frame;
}

/** A stop that belongs to no charge. */
export interface OrphanStop {
  at: number;
  chargePointId: string;
  /** As the charge point wrote it. */
  transactionNumber: string;
  meterStopWh: number | null;
}

/** A stop whose register says less than was counted. All in Wh. */
export interface LowStop {
  at: number;
  bookingId: Hex;
  countedWh: number;
  stopWh: number;
}

type Notes = Pick<Journal, 'note' | 'setNote'>;

const append = <T>(journal: Notes, key: string, entry: T): void =>
  journal.setNote(key, [...(journal.note<T[]>(key) ?? []), entry].slice(-MAX_STOPS));

/** As printable text: it is shown in terminals. */
const numberOf = (frame: Frame | undefined): string =>
  String((frame?.[3] as { transactionId?: unknown } | undefined)?.transactionId ?? 'none')
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .slice(0, 80);

function meterStopOf(frame: Frame | undefined): number | null {
  const { meterStop } = (frame?.[3] ?? {}) as { meterStop?: unknown };
  return Number.isSafeInteger(meterStop) ? (meterStop as number) : null;
}

/** The stops that bill nobody, the oldest first. */
export const orphanStopsOf = (journal: Notes): OrphanStop[] =>
  (journal.note<StoredOrphan[]>(ORPHAN_STOPS_NOTE) ?? []).map(({ chargePointId, at = 0, frame }) => ({
    ...{ at, chargePointId, transactionNumber: numberOf(frame), meterStopWh: meterStopOf(frame) },
  }));

export const lowStopsOf = (journal: Notes): LowStop[] => journal.note<LowStop[]>(LOW_STOPS_NOTE) ?? [];

/** Keeps a stop that bills nobody, for later examination; the host is notified of the first of a day. */
export function keepOrphanStop(
  parts: HostNoticesParts & { journal: Journal },
  stop: { at: number; chargePointId: string; frame: Frame },
): void {
  const { journal } = parts;
  const isKnown = orphanStopsOf(journal).some(
    ({ chargePointId, at }) => chargePointId === stop.chargePointId && stop.at - at < NOTICE_SEC,
  );
  journal.atomically(() => {
    append(journal, ORPHAN_STOPS_NOTE, stop);
    const notice = noticeOf('STOP_OF_UNKNOWN_TRANSACTION', { transactionNumber: numberOf(stop.frame) });
    if (!isKnown) notifyHost(parts, stop.chargePointId, 0, notice);
  });
}

/** Keeps the figures of a stop that says less than was counted; driver and host hear of it from the session. */
export function keepLowStop(journal: Notes, before: Session, after: Session, at: number): void {
  if (after.aboveStopWh <= before.aboveStopWh) return;
  const { plan, doneWh, aboveStopWh } = after;
  const stopWh = doneWh - (aboveStopWh - before.aboveStopWh);
  append(journal, LOW_STOPS_NOTE, { at, bookingId: plan.bookingId, countedWh: doneWh, stopWh });
}
