import { setImmediate as turn } from 'node:timers/promises';
import type { Logger } from 'pino';
import { PlugpactError } from '../../protocol/errors.ts';
import type { RefusedRow } from '../../protocol/map-api.ts';
import type { ForeignFeed } from '../config-values.ts';
import type { Db } from '../db.ts';
import type { ForeignFeedsTable } from '../tables/foreign.ts';
import { feedError } from './feedError.ts';
import { type FeedBounds, fetchFeed } from './fetchFeed.ts';
import { type Location, readRow } from './location.ts';
import { endRead, markChanged, putLocations, removeOlder, toRow, updateFeed } from './store.ts';

/** Rows that are read and written between two turns of the loop. */
const ROWS_PER_TURN = 40;
/** Refused rows that are named. */
const NAMED_ROWS = 20;

export interface FeedReader {
  db: Db;
  log: Logger;
  bounds: FeedBounds;
  signal: AbortSignal;
  /** Unix seconds. */
  now(): number;
}

interface Counted {
  locationCount: number;
  hiddenCount: number;
  refusedCount: number;
  refused: RefusedRow[];
}

/**
 * Reads a feed to its end, if it has changed. Locations are written as they arrive; those that the feed no longer has are
 * removed at its end, and none where it has no proper end. No feed stops the server: what is wrong is stored and logged.
 */
export async function readFeed(
  reader: FeedReader,
  feed: ForeignFeed,
  stored: ForeignFeedsTable,
): Promise<void> {
  const { db, log, now } = reader;
  const { name } = feed;
  try {
    const answer = await fetchFeed({ feed, ...reader }, stored);
    if (answer.rows === undefined) {
      await updateFeed(db, name, { readAt: now(), error: null });
      return;
    }
    await markChanged(db, name);
    const counted = await writeRows(reader, feed, stored.generation, answer.rows);
    if (counted.locationCount === 0 && counted.refusedCount > 0) throw noneRead(counted);
    await removeOlder(db, name, stored.generation);
    const refused = JSON.stringify(counted.refused);
    await endRead(db, name, { ...counted, ...answer.validators, refused, readAt: now(), error: null });
    log[counted.refusedCount > 0 ? 'warn' : 'info']({ feed: name, ...counted }, 'foreign feed read');
  } catch (error) {
    if (reader.signal.aborted) return;
    const text = error instanceof PlugpactError ? `${error.code}: ${error.value}` : 'server.failed';
    log.warn({ feed: name, err: error }, 'foreign feed not read');
    // Read whole at the next interval, whatever its validators say.
    await endRead(db, name, { error: text, etag: null, lastModified: null });
  }
}

/** A feed that has changed its format is not one without locations. */
const noneRead = ({ refusedCount, refused: [first] }: Counted): PlugpactError =>
  feedError('unreadable', `none of ${refusedCount} rows; ${first?.row}: ${first?.rule}`);

async function writeRows(
  { db, signal }: FeedReader,
  { name }: ForeignFeed,
  generation: number,
  chunks: AsyncIterable<{ text: string | undefined }[]>,
): Promise<Counted> {
  const counted: Counted = { locationCount: 0, hiddenCount: 0, refusedCount: 0, refused: [] };
  for await (const rows of chunks) {
    for (let i = 0; i < rows.length; i += ROWS_PER_TURN) {
      const locations = rows.slice(i, i + ROWS_PER_TURN).flatMap(({ text }) => countRow(counted, text));
      await putLocations(
        db,
        locations.map((location) => toRow(name, generation, location)),
      );
      await turn(undefined, { signal });
    }
  }
  return counted;
}

function countRow(counted: Counted, text: string | undefined): Location[] {
  const read = readRow(text);
  if ('location' in read) {
    counted.locationCount++;
    return [read.location];
  }
  if ('hidden' in read) counted.hiddenCount++;
  else {
    counted.refusedCount++;
    if (counted.refused.length < NAMED_ROWS) counted.refused.push(read.refused);
  }
  return [];
}
