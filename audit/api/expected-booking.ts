import type { BookingAccount } from '../accounting/account-book.ts';
import { wordHex } from '../lib/hex.ts';
import type { TermsStruct } from '../rules/listing-terms.ts';
import type { Reading } from '../rules/reading.ts';
import { type StateName, stateName } from '../rules/state.ts';
import type { Expected } from './differences.ts';

/** The response of `GET /bookings/{bookingId}`, field by field. */
export function expectedBooking(account: BookingAccount): Expected {
  const { booking, bookingId, booked, end, state } = account;
  const { listingId, driver, purse, sessionKey, firstSlot, slotCount, startHash, money } = booking;
  return {
    ...{ bookingId, listingId, driver, purse, sessionKey, firstSlot, slotCount, startHash },
    generation: booking.generation,
    cap: money.cap,
    unsignedCost: money.unsignedCost,
    allowedCost: money.allowedCost,
    relayFee: money.relayFee,
    ...termsFields(booking.terms),
    reservationStatus: end?.outcome ?? 'RESERVED',
    settlementStatus: settlementStatusOf(account),
    'state.head': wordHex(state.head),
    'state.claim': wordHex(state.claim),
    contested: end === undefined ? stateName(state) === 'CONTESTED' : end.by === 'NoShowContested',
    bookedAt: booked.at,
    bookedTx: booked.tx,
    ...endFields(account),
  };
}

/** What is null until the booking ends. */
function endFields({ end, paid, refunded, energyWh, reading }: BookingAccount): Expected {
  if (end === undefined) {
    const open = { paid: null, refunded: null, energyWh: null, endReading: null };
    return { ...open, endedAt: null, endedTx: null };
  }
  return {
    ...{ paid, refunded, energyWh, endedAt: end.stamp.at, endedTx: end.stamp.tx },
    ...(reading === undefined ? { endReading: null } : readingFields(reading)),
  };
}

const readingFields = (reading: Reading): Expected =>
  Object.fromEntries(Object.entries(reading).map(([name, value]) => [`endReading.${name}`, value]));

/** Terms as the API has them: three packed words. */
export const termsFields = (terms: TermsStruct): Expected => ({
  'terms.host': terms.host,
  'terms.agentKey': terms.agentKey,
  'terms.tariff': wordHex(terms.tariff),
  'terms.bookingTerms': wordHex(terms.bookingTerms),
  'terms.metering': wordHex(terms.metering),
  'terms.meterKeyHash': terms.meterKeyHash,
});

const STATUS: Readonly<Record<StateName, string>> = {
  RESERVED: 'NONE',
  ARRIVED: 'NONE',
  CLAIMED: 'CLAIMED',
  CLAIMED_ALONE: 'CLAIMED',
  NO_SHOW_CLAIMED: 'CLAIMED',
  CONTESTED: 'CLAIMED',
  CHALLENGED: 'CHALLENGED',
};

/** Nothing was settled where nobody reported anything. */
function settlementStatusOf({ end, state }: BookingAccount): string {
  if (end === undefined) return STATUS[stateName(state)];
  return end.by === 'Canceled' || end.by === 'Expired' ? 'NONE' : 'SETTLED';
}
