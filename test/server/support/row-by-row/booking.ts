import { fromBookingStruct } from '../../../../protocol/booking.ts';
import { SLOT_SEC } from '../../../../protocol/slots.ts';
import { reservedState } from '../../../../protocol/state.ts';
import { fromTermsStruct } from '../../../../protocol/terms.ts';
import { stateColumns } from '../../../../server/booking/stateColumns.ts';
import { lowerAddress } from '../../../../server/chain/events.ts';
import type { RowHandlers } from './at.ts';
import { bookedTerms, changeBooking, putBooking, putOfferedTerms } from './store.ts';

/** Applies the events of a booking before its first report. */
export const bookingEvents: RowHandlers = {
  async Booked(at, { bookingId, listingId, purse, session, money, startHash, termsHash }) {
    const terms = await bookedTerms(at.tx, termsHash, listingId);
    const state = reservedState(at.timestamp);
    const booking = fromBookingStruct({ purse, session, money, startHash, terms });
    const startsAt = booking.firstSlot * SLOT_SEC;
    const { bookingTerms } = fromTermsStruct(terms);
    await putBooking(at.tx, {
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
      opensAt: startsAt - Number(bookingTerms.earlyStartMin) * 60,
      endsAt: startsAt + booking.slotCount * SLOT_SEC,
      cap: booking.money.cap.toString(),
      unsignedCost: booking.money.unsignedCost.toString(),
      allowedCost: booking.money.allowedCost.toString(),
      relayFee: booking.money.relayFee.toString(),
      startHash,
      reservationStatus: 'RESERVED',
      ...stateColumns(state),
      canceledBy: null,
      freedFromSlot: null,
      ...NOT_ENDED,
      bookedAt: at.timestamp,
      bookedTx: at.transactionHash,
    });
    at.touched.bookings.add(bookingId);
    at.touched.listings.add(listingId);
  },

  OfferTaken: (at, { bookingId, tariff }) => putOfferedTerms(at, bookingId, tariff),

  Arrived: (at, { bookingId, state }) => changeBooking(at, bookingId, () => stateColumns(state)),

  Canceled: (at, { bookingId, byHost, paid, refunded }) =>
    changeBooking(at, bookingId, () => ({
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
