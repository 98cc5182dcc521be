import type { Hex } from 'viem';
import { fromBookingStruct } from '../protocol/booking.ts';
import { bookingTimes } from '../protocol/slots.ts';
import { fromTermsStruct } from '../protocol/terms.ts';
import type { BookingFact, LedgerFacts } from './facts.ts';
import type { Plan } from './session/types.ts';

/** What a session needs of the ledger. */
export function planOf(
  bookingId: Hex,
  fact: BookingFact,
  { windows }: Pick<LedgerFacts, 'windows'>,
  { chargePointId, connectorId }: { chargePointId: string; connectorId: number },
): Plan {
  const booking = fromBookingStruct(fact.booking);
  const { tariff, bookingTerms, metering } = fromTermsStruct(booking.terms);
  const { cap, unsignedCost, firstUnsignedCost } = booking.money;
  return {
    bookingId,
    listingId: fact.listingId,
    chargePointId,
    connectorId,
    sessionKey: booking.sessionKey,
    limits: { tariff, cap, unsignedCost, firstUnsignedCost },
    maxPowerW: Number(metering.maxPowerW),
    times: bookingTimes(booking, bookingTerms, windows),
  };
}
