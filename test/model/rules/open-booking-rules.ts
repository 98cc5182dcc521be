import { costOracle } from '../../vectors/oracle.ts';
import type { SignedReading } from '../calls.ts';
import { type Forecast, forecastOf, type Rule } from '../forecast.ts';
import { isSame } from '../state-words.ts';
import type { BookingState, World } from '../world.ts';
import { type AgentClaim, greatest, least, lockedOf, type Made, type Phase, purseOf } from '../world.ts';

interface Handed {
  made: Made;
  handed: BookingState;
}

/**
 * The forecast of a call about an open booking: refused unless it is open in the state that the caller passes in;
 * otherwise by the call's own rules.
 */
export function aboutOpen(world: World, call: Handed, forecast: () => Forecast): Forecast {
  const { open } = purseOf(world, call.made.driver, call.made.booking.purse);
  if (open && isSame(open, { made: call.made, standing: call.handed })) return forecast();
  return forecastOf('none', [['Booking_StateMismatch', true]], () => []);
}

export const inPhase = ({ handed }: Handed, ...phases: Phase[]): Rule[] => [
  ['Booking_WrongPhase', !phases.includes(handed.phase)],
];

/** Changes the booking's state. */
export function changeState(world: World, { made, handed }: Handed, change: Partial<BookingState>): void {
  const purse = purseOf(world, made.driver, made.booking.purse);
  purse.open = { made, standing: { ...handed, ...change } };
}

/** Ends the booking: refunds what is not paid to its purse, and raises the generation. */
export function endBooking(world: World, made: Made, paid: bigint): bigint {
  const purse = purseOf(world, made.driver, made.booking.purse);
  const refunded = lockedOf(made) - paid;
  purse.free += refunded;
  purse.generation += 1n;
  purse.open = null;
  return refunded;
}

export function costOf(made: Made, reading: AgentClaim): bigint {
  return costOracle({ tariff: made.terms.tariff, usage: reading, cap: made.booking.money.cap });
}

/** Rule 1: the bound of every unilateral path, never below what was co-signed. */
export function boundedCost(made: Made, { cosigned }: BookingState, claimed: AgentClaim): bigint {
  const { unsignedCost, firstUnsignedCost } = made.booking.money;
  const unsignedLimit = cosigned.energyWh === 0 ? firstUnsignedCost : unsignedCost;
  return greatest(least(costOf(made, claimed), cosigned.cost + unsignedLimit), cosigned.cost);
}

/** Rules of every reading. */
export const signedByAgent = (made: Made, reading: SignedReading, agentSigner: string): Rule[] => [
  ['Reading_Malformed', reading.malformed],
  ['Reading_TimeReversed', reading.endedAt < reading.beganAt],
  ['Reading_AgentSignatureInvalid', agentSigner !== made.agent],
];
