import { costOracle } from '../../vectors/oracle.ts';
import type { SignedReading } from '../calls.ts';
import { type Forecast, forecastOf, type Rule } from '../forecast.ts';
import { isNamed } from '../state-words.ts';
import { momentsOf, windowEnd, within } from '../times.ts';
import {
  type BookingState,
  isUnclaimed,
  lockedOf,
  type Made,
  purseOf,
  type StateName,
  type World,
} from '../world.ts';

interface Handed {
  made: Made;
  handed: BookingState;
}

/**
 * The forecast of a call about an open booking: refused unless it is open in the state that the caller passes in (of
 * RESERVED and ARRIVED either is taken for the other); otherwise by the call's own rules on the true state.
 */
export function aboutOpen(
  world: World,
  { made, handed }: Handed,
  forecast: (standing: BookingState) => Forecast,
): Forecast {
  const { open } = purseOf(world, made.driver, made.booking.purse);
  if (open && isNamed(open, { made, standing: handed })) return forecast(open.standing);
  return forecastOf('none', [['Booking_StateMismatch', true]], () => []);
}

export const inState = ({ name }: BookingState, ...names: StateName[]): Rule[] => [
  ['Booking_WrongState', !names.includes(name)],
];

/** A reading counts from `opens` to `reportBy` while nothing is claimed, later until the claim's or challenge's end. */
export function reportable(world: World, made: Made, standing: BookingState): Rule[] {
  const { opens, reportBy } = momentsOf(made);
  const span = isUnclaimed(standing)
    ? { from: opens, until: reportBy }
    : { from: 0, until: windowEnd(made, standing) };
  return within(world.nowSec, span);
}

export function changeState(world: World, made: Made, standing: BookingState): void {
  purseOf(world, made.driver, made.booking.purse).open = { made, standing };
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

/** The energy that counts as sold of a co-signed reading: no more than the listed power gives in its time. */
export function soldWh({ terms }: Made, energyWh: number, timeSec: number): number {
  const limitWh = (Number(terms.metering.maxPowerW) * timeSec) / 3_600;
  return Math.min(energyWh, Math.floor(limitWh));
}

export const costOf = (made: Made, { energyWh, beganAt, endedAt, overstaySec }: SignedReading): bigint =>
  costOfUse(made, { energyWh, timeSec: endedAt - beganAt, overstaySec });

/** What an amount of energy, time and overstay costs. */
export function costOfUse(
  made: Made,
  { energyWh, timeSec, overstaySec }: { energyWh: number; timeSec: number; overstaySec: number },
): bigint {
  const usage = { energyWh, beganAt: 0, endedAt: timeSec, overstaySec };
  return costOracle({ tariff: made.terms.tariff, usage, cap: made.booking.money.cap });
}

/** Rules of every reading. */
export const signedByAgent = (made: Made, reading: SignedReading, agentSigner: string): Rule[] => [
  ['Reading_Malformed', reading.malformed],
  ['Reading_TimeReversed', reading.endedAt < reading.beganAt],
  ['Reading_AgentSignatureInvalid', agentSigner !== made.agent],
];
