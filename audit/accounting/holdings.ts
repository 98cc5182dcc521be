import { type Address, erc20Abi, type Hex, type PublicClient } from 'viem';
import { nodeError } from '../ledger/client.ts';
import type { NamedNode } from '../ledger/compare-nodes.ts';
import type { LedgerReading } from '../ledger/read-ledger.ts';
import { inChunks } from '../lib/concurrency.ts';
import { MARKET_ABI } from '../rules/abi.ts';
import type { AccountBook } from './account-book.ts';
import type { Holdings } from './compare.ts';
import { keysOfBook, type StorageKeys } from './storage-keys.ts';

type At = Pick<LedgerReading, 'pin' | 'constants' | 'token'>;

/** What the market's storage holds under these keys, at the pinned block. @throws AuditError `node.noState` */
export async function readHoldings(client: PublicClient, at: At, keys: StorageKeys): Promise<Holdings> {
  return readWords(client, at, keys).catch((error: unknown) => {
    throw nodeError(`the market's storage at block ${at.pin.blockNumber}`, error) ?? error;
  });
}

async function readWords(
  client: PublicClient,
  { pin, constants, token }: At,
  keys: StorageKeys,
): Promise<Holdings> {
  const at = { abi: MARKET_ABI, address: constants.market, blockNumber: pin.blockNumber } as const;
  const read = <T>(functionName: string, args: readonly unknown[]) =>
    client.readContract({ ...at, functionName, args }) as Promise<T>;
  return {
    purses: await entries([...keys.purses], async ([key, { account, purse }]) => {
      const [balance, tail] = await read<[bigint, bigint]>('purseOf', [account, purse]);
      return [key, { balance, tail }];
    }),
    earnings: await entries([...keys.earnings], async ([key, { listingId, host }]) => {
      const [earned, soldWh, sessions] = await read<[bigint, bigint, bigint]>('earningsOf', [
        listingId,
        host,
      ]);
      return [key, { earned, soldWh, sessions }];
    }),
    listings: await entries([...keys.listings], async (id: Hex) => [
      id,
      await read<bigint>('listingOf', [id]),
    ]),
    calendars: await entries([...keys.calendars], async ([key, { listingId, firstSlot }]) => {
      return [key, await read<bigint>('calendarWordOf', [listingId, BigInt(firstSlot)])];
    }),
    tokenBalance: await balanceOf(client, token.address, constants.market, pin.blockNumber),
  };
}

const balanceOf = (client: PublicClient, token: Address, account: Address, blockNumber: bigint) =>
  client.readContract({
    ...{ abi: erc20Abi, address: token, functionName: 'balanceOf', args: [account], blockNumber },
  }) as Promise<bigint>;

/** Calls under way: several batches, so that the node need not wait. */
const WORDS_AT_ONCE = 400;

const entries = async <T, K, V>(
  items: readonly T[],
  readOne: (item: T) => Promise<[K, V]>,
): Promise<Map<K, V>> => new Map(await inChunks(items, readOne, WORDS_AT_ONCE));

/** Reads what the book speaks of and no event announced, into the holdings. */
export async function completeHoldings(
  client: PublicClient,
  at: At,
  holdings: Holdings,
  book: AccountBook,
): Promise<void> {
  const keys = keysOfBook(book);
  for (const key of holdings.purses.keys()) keys.purses.delete(key);
  for (const key of holdings.earnings.keys()) keys.earnings.delete(key);
  for (const key of holdings.listings.keys()) keys.listings.delete(key);
  for (const key of holdings.calendars.keys()) keys.calendars.delete(key);
  const { purses, earnings, listings, calendars } = keys;
  if (purses.size + earnings.size + listings.size + calendars.size === 0) return;
  const rest = await readHoldings(client, at, keys);
  for (const [key, word] of rest.purses) holdings.purses.set(key, word);
  for (const [key, word] of rest.earnings) holdings.earnings.set(key, word);
  for (const [key, word] of rest.listings) holdings.listings.set(key, word);
  for (const [key, word] of rest.calendars) holdings.calendars.set(key, word);
}

/** Reads the same words from other nodes; those that know the pinned block must say the same. */
export async function checkOtherStorage(
  first: NamedNode,
  others: readonly NamedNode[],
  { reading, keys, holdings }: { reading: LedgerReading; keys: StorageKeys; holdings: Holdings },
): Promise<void> {
  for (const other of others.filter(({ url }) => !reading.incomparable.has(url))) {
    const theirs = await readHoldings(other.client, reading, keys);
    for (const word of differingWords(holdings, theirs)) {
      const expected = `${word.what}: ${word.ours} by ${first.url}`;
      reading.faults.add('node.differ', expected, `${word.theirs} by ${other.url}`);
    }
  }
}

/** Words that two nodes say otherwise, with both answers. */
function differingWords(ours: Holdings, theirs: Holdings): { what: string; ours: string; theirs: string }[] {
  const text = (value: unknown) =>
    JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each)) ??
    'nothing';
  const found: { what: string; ours: string; theirs: string }[] = [];
  const compare = (what: string, a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>) => {
    for (const [key, value] of a) {
      const [one, other] = [text(value), text(b.get(key))];
      if (one !== other) found.push({ what: `${what} ${key}`, ours: one, theirs: other });
    }
  };
  compare('purse', ours.purses, theirs.purses);
  compare('earnings', ours.earnings, theirs.earnings);
  compare('listing', ours.listings, theirs.listings);
  compare('calendar word', ours.calendars, theirs.calendars);
  compare(
    'balance',
    new Map([['of the market', ours.tokenBalance]]),
    new Map([['of the market', theirs.tokenBalance]]),
  );
  return found;
}
