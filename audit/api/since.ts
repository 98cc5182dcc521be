import { createPublicClient, type Hex, http } from 'viem';
import type { AuditReport } from '../audit-report.ts';
import type { LedgerEvent } from '../rules/events.ts';
import type { ApiSource } from './source.ts';

/** Bookings and listings, by id: what the API may know already, or not yet. */
export type Ids = ReadonlySet<string>;

/** Blocks per request: what the strictest nodes allow. */
const RANGE = 1_000n;

export const nodeOf = ({ rpcUrl }: ApiSource) => createPublicClient({ transport: http(rpcUrl) });

/** What changed after the audited block. Whatever 32 bytes an event is found by may be an id: more of them do no harm. */
export async function changedSince(source: ApiSource, { pin, book }: AuditReport): Promise<Ids> {
  const client = nodeOf(source);
  const newest = await client.getBlockNumber({ cacheTime: 0 });
  const ids = new Set<string>();
  for (let from = pin.blockNumber + 1n; from <= newest; from += RANGE) {
    const toBlock = from + RANGE - 1n < newest ? from + RANGE - 1n : newest;
    const logs = await client.getLogs({ address: source.market, fromBlock: from, toBlock });
    for (const { topics } of logs) for (const topic of (topics as readonly Hex[]).slice(1)) ids.add(topic);
  }
  return withListings(ids, book);
}

/** What changed after a block, up to the audited one. */
export function changedAfter({ events, book }: AuditReport, block: number): Ids {
  const changed = events().filter(({ blockNumber }) => blockNumber > block);
  return withListings(new Set(changed.flatMap(idsOf)), book);
}

const idsOf = ({ args }: LedgerEvent): string[] => {
  const { bookingId, listingId } = args as { bookingId?: Hex; listingId?: Hex };
  return [bookingId, listingId].filter((id) => id !== undefined);
};

/** A booking's change may change its charger's calendar and record. */
function withListings(ids: ReadonlySet<string>, { bookings }: AuditReport['book']): Ids {
  const all = new Set(ids);
  for (const id of ids) {
    const listingId = bookings.get(id as Hex)?.booking.listingId;
    if (listingId !== undefined) all.add(listingId);
  }
  return all;
}
