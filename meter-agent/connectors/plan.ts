import type { Hex } from 'viem';
import { fromBookingStruct } from '../../protocol/booking.ts';
import { bookingTimes } from '../../protocol/slots.ts';
import { fromTermsStruct } from '../../protocol/terms.ts';
import type { ConnectorConfig } from '../config/charge-point.ts';
import { VOLTAGE_V } from '../drivers/driver.ts';
import type { BookingFact, LedgerFacts } from '../session/booking-facts.ts';
import type { Plan } from '../session/types.ts';
import type { Connector } from './connectors.ts';

/** The largest current of a connector of this power, in A per phase. */
export function fullCurrentA(maxPowerW: number, powerType: ConnectorConfig['powerType']): number {
  const phases = powerType === 'AC_1_PHASE' ? 1 : powerType === 'AC_2_PHASE' ? 2 : 3;
  return Math.ceil(maxPowerW / (phases * VOLTAGE_V));
}

/** The terms that a session needs from the ledger and the connector. */
export function planOf(
  bookingId: Hex,
  fact: BookingFact,
  { windows, money }: Pick<LedgerFacts, 'windows' | 'money'>,
  { chargePointId, connectorId, config }: Pick<Connector, 'chargePointId' | 'connectorId' | 'config'>,
  sampleSec: number,
): Plan {
  const booking = fromBookingStruct(fact.booking);
  const { tariff, bookingTerms, metering } = fromTermsStruct(booking.terms);
  const { cap, unsignedCost, allowedCost } = booking.money;
  const { firstTrustMax } = money;
  return {
    bookingId,
    listingId: fact.listingId,
    chargePointId,
    connectorId,
    driver: booking.driver,
    sessionKey: booking.sessionKey,
    limits: { tariff, cap, unsignedCost, allowedCost, firstTrustMax },
    maxPowerW: Number(metering.maxPowerW),
    fullCurrentA: fullCurrentA(Number(metering.maxPowerW), config.powerType),
    sampleSec,
    times: bookingTimes({ ...booking, bookedAt: fact.bookedAt }, bookingTerms, windows),
  };
}
