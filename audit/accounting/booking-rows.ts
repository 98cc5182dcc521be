import type { Hex } from 'viem';
import type { Booking } from '../rules/booking.ts';
import type { Stamp } from '../rules/events.ts';
import type { TermsStruct } from '../rules/listing-terms.ts';
import type { Reading } from '../rules/reading.ts';
import type { BookingAccount } from './account-book.ts';
import { finalKey } from './readings.ts';

/** Bookings as rows of JSON: short, since an audit that goes on from a checkpoint reads those of all who ever booked. */
type Word = string;

const word = (value: bigint): Word => `0x${value.toString(16)}`;

const stampRow = ({ blockNumber, at, tx, logIndex }: Stamp) => [blockNumber, at, tx, logIndex] as const;

const stampIn = ([blockNumber, at, tx, logIndex]: ReturnType<typeof stampRow>): Stamp => ({
  ...{ blockNumber, at, tx, logIndex },
});

const readingRow = ({ seq, energyWh, beganAt, endedAt, overstaySec, isFinal, ...hashes }: Reading) =>
  [
    ...([seq, energyWh, beganAt, endedAt, overstaySec, isFinal] as const),
    ...([hashes.evidenceHash, hashes.registersCommitment] as const),
  ] as const;

const readingIn = (bookingId: Hex, row: ReturnType<typeof readingRow>): Reading => {
  const [seq, energyWh, beganAt, endedAt, overstaySec, isFinal, evidenceHash, registersCommitment] = row;
  return {
    ...{ bookingId, seq, energyWh, beganAt, endedAt, overstaySec, isFinal },
    ...{ evidenceHash, registersCommitment },
  };
};

/** Without its terms, which many bookings share. */
const bookingRow = ({ money, ...booking }: Booking) => {
  const { listingId, connector, driver, purse, generation, sessionKey, firstSlot, slotCount } = booking;
  const { cap, unsignedCost, allowedCost, relayFee } = money;
  return [
    ...([listingId, connector, driver, purse, word(generation), sessionKey, firstSlot, slotCount] as const),
    ...([booking.startHash, word(cap), word(unsignedCost), word(allowedCost), word(relayFee)] as const),
  ] as const;
};

const bookingIn = (row: ReturnType<typeof bookingRow>, terms: TermsStruct): Booking => {
  const [listingId, connector, driver, purse, generation, sessionKey, firstSlot, slotCount, ...rest] = row;
  const [startHash, cap, unsignedCost, allowedCost, relayFee] = rest;
  return {
    ...{ listingId, connector, driver, purse, generation: BigInt(generation), sessionKey },
    ...{ firstSlot, slotCount, startHash, terms },
    money: {
      cap: BigInt(cap),
      unsignedCost: BigInt(unsignedCost),
      allowedCost: BigInt(allowedCost),
      relayFee: BigInt(relayFee),
    },
  };
};

/** What only some bookings have, as it stands. */
const restOf = ({ provenIn, overstayedBy, reading, finals }: BookingAccount) => {
  const isUsual = reading !== undefined && finals.size === 1 && finals.has(finalKey(reading));
  return {
    ...(provenIn === undefined ? {} : { provenIn }),
    ...(overstayedBy === undefined ? {} : { overstayedBy }),
    ...(isUsual ? {} : { finals: [...finals] }),
  };
};

const endRow = ({ end }: BookingAccount) => end && ([end.by, end.outcome, stampRow(end.stamp)] as const);

/** The readings of a booking, each once, and which of them is which. */
function readingsRow({ reading, cosigned, alone }: BookingAccount) {
  const known: Reading[] = [];
  const numbers = [reading, cosigned, alone].map((each) => {
    if (each === undefined) return -1;
    if (!known.includes(each)) known.push(each);
    return known.indexOf(each);
  });
  return [numbers, known.map(readingRow)] as const;
}

export const accountRow = (account: BookingAccount, terms: number) =>
  [
    ...([account.bookingId, bookingRow(account.booking), terms, stampRow(account.booked)] as const),
    ...([word(account.locked), word(account.state.head), word(account.state.claim)] as const),
    ...([word(account.paid), word(account.refunded), word(account.forfeited), account.energyWh] as const),
    ...([endRow(account) ?? null, readingsRow(account), restOf(account)] as const),
  ] as const;

export type AccountRow = ReturnType<typeof accountRow>;

export function accountIn(row: AccountRow, termsOf: (number: number) => TermsStruct): BookingAccount {
  const [bookingId, booking, terms, booked, locked, head, claim, paid, refunded, forfeited, ...more] = row;
  const [energyWh, end, [numbers, known], { finals, ...rest }] = more;
  const readings = known.map((each) => readingIn(bookingId, each));
  const [reading, cosigned, alone] = numbers.map((number) => readings[number]);
  return {
    ...{ bookingId, booking: bookingIn(booking, termsOf(terms)), booked: stampIn(booked), energyWh },
    ...{ locked: BigInt(locked), state: { head: BigInt(head), claim: BigInt(claim) } },
    ...{ paid: BigInt(paid), refunded: BigInt(refunded), forfeited: BigInt(forfeited) },
    ...(end === null ? {} : { end: { by: end[0], outcome: end[1], stamp: stampIn(end[2]) } }),
    ...(reading === undefined ? {} : { reading }),
    ...(cosigned === undefined ? {} : { cosigned }),
    ...(alone === undefined ? {} : { alone }),
    ...{ finals: new Set(finals ?? [finalKey(reading!)]), ...rest },
  };
}
