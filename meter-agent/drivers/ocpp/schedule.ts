import { type TransactionLimit, VOLTAGE_V } from '../driver.ts';
import type { ChargePointClock } from './clock.ts';
import type { LimitForm } from './limit-forms.ts';

export interface Times {
  nowSec: number;
  clock: ChargePointClock;
  /** When the transaction began by our clock; undefined before that, and where it is not known. */
  startedAt?: number | undefined;
}

/**
 * When the schedule's periods begin: at a time, or counted from the transaction's start where the charge point's
 * clock is wrong. In that case a transaction whose start is not known gets a time as the charge point's own clock
 * shows it.
 */
function startOf({ nowSec, clock, startedAt }: Times, isBegun: boolean) {
  const isTrusted = clock.isRight && (isBegun || !clock.isDoubtful);
  if (!isTrusted && (!isBegun || startedAt !== undefined)) {
    return { chargingProfileKind: 'Relative', from: startedAt ?? nowSec, startSchedule: undefined };
  }
  const chargePointNowSec = clock.isRight ? nowSec : nowSec + (clock.offsetSec ?? 0);
  const startSchedule = new Date(chargePointNowSec * 1000).toISOString();
  return { chargingProfileKind: 'Absolute', from: nowSec, startSchedule };
}

/** A limit as every version of OCPP has it: what may be taken, and 0 from its end on where the form has an end. */
export function scheduleOf(
  { limitA, phases, endsAt }: TransactionLimit,
  isBegun: boolean,
  { unit, hasEnd }: LimitForm,
  times: Times,
) {
  const { chargingProfileKind, from, startSchedule } = startOf(times, isBegun);
  const limit = endsAt > times.nowSec ? (unit === 'A' ? limitA : limitA * phases * VOLTAGE_V) : 0;
  const chargingSchedulePeriod = [{ startPeriod: 0, limit }];
  if (limit > 0 && hasEnd) chargingSchedulePeriod.push({ startPeriod: endsAt - from, limit: 0 });
  const schedule = {
    ...(startSchedule === undefined ? {} : { startSchedule }),
    chargingRateUnit: unit,
    chargingSchedulePeriod,
  };
  return { chargingProfileKind, schedule };
}
