import { encodeAbiParameters, type Hex, keccak256 } from 'viem';
import type { AccountBook } from '../../../audit/accounting/account-book.ts';
import type { Holdings } from '../../../audit/accounting/compare.ts';
import { placeHash } from '../../../protocol/listing.ts';
import { termsHash } from '../../../protocol/terms.ts';

/** The top 191 bits of a hash, and the bit that no generation has. */
function tailOf(book: AccountBook, open: Hex | undefined, generation: bigint): bigint {
  const booking = open === undefined ? undefined : book.bookings.get(open);
  if (booking === undefined) return generation;
  const types = [{ type: 'bytes32' }, { type: 'uint256' }, { type: 'uint256' }] as const;
  const { bookingId, state } = booking;
  const hash = keccak256(encodeAbiParameters(types, [bookingId, state.head, state.claim]));
  return (BigInt(hash) >> 65n) | (1n << 191n);
}

/** What the market's storage holds where it keeps these accounts. */
export function storageOf(book: AccountBook): Holdings {
  const words = [{ type: 'bytes32' }, { type: 'uint256' }, { type: 'bytes32' }] as const;
  const listings = [...book.listings].map(([listingId, { listing, version, status }]) => {
    const committed = [termsHash(listing.terms), listing.weeklyHours, placeHash(listing.place)] as const;
    const commitment = BigInt.asUintN(192, BigInt(keccak256(encodeAbiParameters(words, committed))));
    return [listingId, commitment | (BigInt(version) << 192n) | (BigInt(status) << 224n)] as const;
  });
  const calendars = [...book.listings.values()].flatMap(({ listingId, ring }) =>
    [...ring.values()].map(
      ({ epoch, slots }) => [`${listingId}:${epoch * 224}`, (BigInt(epoch) << 224n) | slots] as const,
    ),
  );
  const purses = [...book.purses].map(([key, { balance, open, generation }]) => {
    return [key, { balance, tail: tailOf(book, open, generation) }] as const;
  });
  const open = [...book.bookings.values()].filter(({ end }) => end === undefined);
  const sums = [...book.purses.values()].map(({ balance }) => balance);
  const earned = [...book.earnings.values()].map((account) => account.earned);
  const locked = open.map((booking) => booking.locked);
  return {
    purses: new Map(purses),
    earnings: new Map([...book.earnings].map(([key, account]) => [key, { ...account }])),
    listings: new Map(listings),
    calendars: new Map(calendars),
    tokenBalance: [...sums, ...earned, ...locked].reduce((sum, units) => sum + units, 0n),
  };
}

/** The map with its first value changed. */
function first<K, V>(map: Map<K, V>, change: (value: V) => V): Map<K, V> {
  const [entry] = map;
  return entry === undefined ? map : new Map([...map, [entry[0], change(entry[1])]]);
}

/** Storage that is another than the recount, and the code of it. */
export const OTHER_STORAGE: Record<string, (held: Holdings) => Holdings> = {
  'purse.balance': (held) => ({
    ...held,
    purses: first(held.purses, (purse) => ({ ...purse, balance: purse.balance + 1n })),
  }),
  'purse.tail': (held) => ({
    ...held,
    purses: first(held.purses, (purse) => ({ ...purse, tail: purse.tail ^ 1n })),
  }),
  'earnings.balance': (held) => ({
    ...held,
    earnings: first(held.earnings, (account) => ({ ...account, earned: account.earned + 1n })),
  }),
  'earnings.soldWh': (held) => ({
    ...held,
    earnings: first(held.earnings, (account) => ({ ...account, soldWh: account.soldWh + 1n })),
  }),
  'earnings.sessions': (held) => ({
    ...held,
    earnings: first(held.earnings, (account) => ({ ...account, sessions: account.sessions + 1n })),
  }),
  'listing.commitment': (held) => ({ ...held, listings: first(held.listings, (word) => word ^ 1n) }),
  'listing.version': (held) => ({ ...held, listings: first(held.listings, (word) => word ^ (1n << 192n)) }),
  'listing.status': (held) => ({ ...held, listings: first(held.listings, (word) => word ^ (3n << 224n)) }),
  'calendar.word': (held) => ({ ...held, calendars: first(held.calendars, (word) => word ^ 1n) }),
  'market.insolvent': (held) => ({ ...held, tokenBalance: held.tokenBalance - 1n }),
};
