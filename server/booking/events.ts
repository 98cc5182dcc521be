import type { Hex } from 'viem';
import { unpackBooking } from '../../protocol/booking.ts';
import { SLOT_SEC } from '../../protocol/slots.ts';
import { reservedState } from '../../protocol/state.ts';
import { earlyStartMin, termsHash as hashOf } from '../../protocol/terms.ts';
import { LedgerContradiction } from '../chain/contradiction.ts';
import { type At, type EventHandlers, lowerAddress, wordHex } from '../chain/events.ts';
import { listedTerms, toTermsStruct } from '../chain/terms.ts';
import type { UnitOfWork } from '../chain/unit-of-work.ts';
import { changeBooking, currentBooking } from './changeBooking.ts';
import { stateColumns } from './stateColumns.ts';

/** Applies the events of a booking before its first report. */
export const bookingEvents: EventHandlers = {
  Booked(unit, at, { bookingId, listingId, purse, session, money, startHash, termsHash }) {
    // The tariff of a booking by an offer follows in `OfferTaken`; nothing else differs from the listing's terms.
    const { bookingTerms } = unit.terms(termsHash) ?? listedTerms(unit, at, listingId);
    const booking = unpackBooking({ purse, session, money });
    const startsAt = booking.firstSlot * SLOT_SEC;
    unit.bookings.put(bookingId, {
      bookingId,
      fromBlock: at.block,
      untilBlock: null,
      listingId,
      termsHash,
      driver: lowerAddress(booking.driver),
      purse: booking.purse,
      generation: booking.generation.toString(),
      sessionKey: booking.sessionKey,
      firstSlot: booking.firstSlot,
      slotCount: booking.slotCount,
      opensAt: startsAt - earlyStartMin(BigInt(bookingTerms)) * 60,
      endsAt: startsAt + booking.slotCount * SLOT_SEC,
      cap: booking.money.cap.toString(),
      unsignedCost: booking.money.unsignedCost.toString(),
      allowedCost: booking.money.allowedCost.toString(),
      relayFee: booking.money.relayFee.toString(),
      startHash,
      reservationStatus: 'RESERVED',
      canceledBy: null,
      ...stateColumns(reservedState(at.timestamp)),
      freedFromSlot: null,
      ...NOT_ENDED,
      bookedAt: at.timestamp,
      bookedTx: at.transactionHash,
    });
    unit.touched.bookings.add(bookingId);
    unit.touched.listings.add(listingId);
  },

  OfferTaken: (unit, at, { bookingId, tariff }) => putOfferedTerms(unit, at, bookingId, tariff),

  Arrived: (unit, at, { bookingId, state }) => changeBooking(unit, at, bookingId, () => stateColumns(state)),

  Canceled: (unit, at, { bookingId, byHost, paid, refunded }) =>
    changeBooking(unit, at, bookingId, () => ({
      reservationStatus: 'CANCELED',
      canceledBy: byHost ? 'HOST' : 'DRIVER',
      paid: paid.toString(),
      refunded: refunded.toString(),
      energyWh: 0,
      endedAt: at.timestamp,
      endedTx: at.transactionHash,
    })),
};

const NOT_ENDED = {
  paid: null,
  refunded: null,
  energyWh: null,
  readingMeasure: null,
  readingEvidenceHash: null,
  readingRegistersCommitment: null,
  endedAt: null,
  endedTx: null,
} as const;

/** Stores the terms of a booking by an offer: the listing's, with the offered tariff. */
function putOfferedTerms(unit: UnitOfWork, at: At, bookingId: Hex, tariff: bigint): void {
  const { listingId, termsHash } = currentBooking(unit, at, bookingId);
  const listed = listedTerms(unit, at, listingId);
  if (hashOf({ ...toTermsStruct(listed), tariff }) !== termsHash) {
    const rule = `Booking ${bookingId} must have the terms of its listing, with the tariff of its offer.`;
    throw new LedgerContradiction(at.block, rule);
  }
  unit.putTerms({ ...listed, termsHash, fromBlock: at.block, tariff: wordHex(tariff) });
}
