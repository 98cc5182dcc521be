import { setTimeout as delay } from 'node:timers/promises';
import { LISTING_STATUS } from '../../../protocol/listing.ts';
import { rpc } from '../../lib/json-rpc.ts';
import { waitFor } from '../../lib/wait.ts';
import { shownAt } from '../generated/listings.ts';
import { shownIn, tileAt } from './tile-count.ts';

/** From the world to a street: these stand for all between them. */
const ZOOMS = [0, 6, 10, 14];
/** Between changes, so that they come at any time of the server's own rhythm. */
const PAUSE_MS = { least: 100, more: 900 };
const TIMEOUT_MS = 60_000;
const SECOND_VERSION = 2;

/**
 * Milliseconds from a block in which a listing closes until no tile shows it any more, for each of these listings, which
 * are open.
 */
export async function changeDelaysMs(
  { ledgerUrl, port, seed }: { ledgerUrl: string; port: number; seed: number },
  listings: readonly number[],
): Promise<number[]> {
  const delaysMs: number[] = [];
  for (const listing of listings) {
    const { latitude, longitude } = shownAt(seed, listing);
    const tiles = ZOOMS.map((zoom) => tileAt(latitude, longitude, zoom));
    const counts = () => Promise.all(tiles.map((tile) => shownIn(port, tile)));
    const wanted = (await counts()).map((count) => count - 1);
    await delay(PAUSE_MS.least + Math.random() * PAUSE_MS.more);
    const change = { listing, status: LISTING_STATUS.CLOSED, version: SECOND_VERSION };
    const began = performance.now();
    await rpc(ledgerUrl, 'bench_makeBlock', [[change]]);
    const areRight = async () => (await counts()).every((count, at) => count === wanted[at]);
    await waitFor(`the tiles of listing ${listing}`, areRight, { timeoutMs: TIMEOUT_MS, pollMs: 10 });
    delaysMs.push(performance.now() - began);
  }
  return delaysMs;
}
