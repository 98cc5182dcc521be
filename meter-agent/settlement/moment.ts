import { type Booking, fromBookingStruct } from '../../protocol/booking.ts';
import { type ClaimValues, claimValuesOf } from '../../protocol/claimValues.ts';
import {
  type BookingTimes,
  bookingTimes,
  challengeEnd,
  type MarketWindows,
  proofEnd,
} from '../../protocol/slots.ts';
import {
  isUnclaimed,
  type StateClaim,
  type StateHead,
  type StateName,
  stateName,
  unpackClaim,
  unpackHead,
} from '../../protocol/state.ts';
import { fromTermsStruct, type Terms } from '../../protocol/terms.ts';
import type { BookingFact } from '../session/booking-facts.ts';

/** A booking at one block of the ledger. `headSec` is that block's time. */
export interface Moment {
  booking: Booking;
  terms: Terms;
  times: BookingTimes;
  name: StateName;
  head: StateHead;
  claim: StateClaim;
  /** Nothing was reported yet. */
  isUnclaimed: boolean;
  values: ClaimValues;
  windows: MarketWindows;
  headSec: number;
}

export function momentOf(fact: BookingFact, windows: MarketWindows, headSec: number): Moment {
  const { state, bookedAt } = fact;
  const booking = fromBookingStruct(fact.booking);
  const terms = fromTermsStruct(booking.terms);
  return {
    booking,
    terms,
    times: bookingTimes({ ...booking, bookedAt }, terms.bookingTerms, windows),
    name: stateName(state),
    head: unpackHead(state.head),
    claim: unpackClaim(state.claim),
    isUnclaimed: isUnclaimed(state),
    values: claimValuesOf(booking, state),
    windows,
    headSec,
  };
}

/** When a booking that nobody reported, a claim, or the challenge of one ends by itself (unix seconds). */
export function windowEnd({ name, head, isUnclaimed, times: { closes, reportBy }, windows }: Moment): number {
  if (isUnclaimed) return reportBy;
  const since = Number(head.since);
  return name === 'CHALLENGED' ? proofEnd(since, closes, windows) : challengeEnd(since, closes, windows);
}
