import { createPublicClient, type Hex, http } from 'viem';
import type { AuditReport } from '../audit-report.ts';
import { MARKET_EVENTS } from '../rules/abi.ts';
import type { LedgerEvent } from '../rules/events.ts';
import type { Difference } from './differences.ts';
import type { ApiSource } from './source.ts';

type Sum = NonNullable<Difference['sumOf']>;

/** What changed: the API may know it already, or not yet. */
export interface Changes {
  /** Bookings and listings, by id. */
  ids: ReadonlySet<string>;
  /** Of what a sum may have changed. */
  sums: ReadonlySet<Sum>;
}

/** Blocks per request: what the strictest nodes allow. */
const RANGE = 1_000n;

const SUMS: Readonly<Record<string, Sum>> = {
  ...{ ListingPublished: 'chargers', ListingStatusChanged: 'chargers' },
  ...{ Settled: 'sessions', SettledAlone: 'sessions', Finalised: 'sessions' },
};

const sumsOf = (names: readonly (string | undefined)[]): Set<Sum> =>
  new Set(names.flatMap((name) => SUMS[name ?? ''] ?? []));

export const nodeOf = ({ rpcUrl }: ApiSource) => createPublicClient({ transport: http(rpcUrl) });

/** What changed after the audited block. Whatever 32 bytes an event is found by may be an id: more of them do no harm. */
export async function changedSince(source: ApiSource, { pin, book }: AuditReport): Promise<Changes> {
  const client = nodeOf(source);
  const newest = await client.getBlockNumber({ cacheTime: 0 });
  const ids = new Set<string>();
  const names: (string | undefined)[] = [];
  for (let from = pin.blockNumber + 1n; from <= newest; from += RANGE) {
    const toBlock = from + RANGE - 1n < newest ? from + RANGE - 1n : newest;
    const logs = await client.getLogs({ address: source.market, fromBlock: from, toBlock });
    for (const { topics } of logs) {
      const [selector, ...values] = topics as readonly Hex[];
      names.push(MARKET_EVENTS.get(selector ?? '0x')?.name);
      for (const value of values) ids.add(value);
    }
  }
  return { ids: withListings(ids, book), sums: sumsOf(names) };
}

/** What changed after a block, up to the audited one. */
export function changedAfter({ events, book }: AuditReport, block: number): Changes {
  const changed = events().filter(({ blockNumber }) => blockNumber > block);
  const ids = withListings(new Set(changed.flatMap(idsOf)), book);
  return { ids, sums: sumsOf(changed.map(({ eventName }) => eventName)) };
}

/** All of several. */
export const joinedChanges = (all: readonly Changes[]): Changes => ({
  ids: new Set(all.flatMap(({ ids }) => [...ids])),
  sums: new Set(all.flatMap(({ sums }) => [...sums])),
});

const idsOf = ({ args }: LedgerEvent): string[] => {
  const { bookingId, listingId } = args as { bookingId?: Hex; listingId?: Hex };
  return [bookingId, listingId].filter((id) => id !== undefined);
};

/** A booking's change may change its charger's calendar and record. */
function withListings(ids: ReadonlySet<string>, { bookings }: AuditReport['book']): Set<string> {
  const all = new Set(ids);
  for (const id of ids) {
    const listingId = bookings.get(id as Hex)?.booking.listingId;
    if (listingId !== undefined) all.add(listingId);
  }
  return all;
}
