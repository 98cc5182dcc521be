import type { TransactionLimit } from '../driver.ts';
import type { BoxClock } from './clock.ts';

/** The lowest stack level, which every 1.6 box has; our profile is the only one of a transaction. */
const PROFILE = { stackLevel: 0, chargingProfilePurpose: 'TxProfile' };

export const VOLTAGE_V = 230;

export type RateUnit = 'A' | 'W';

export interface Times {
  nowSec: number;
  clock: BoxClock;
  /** When the transaction began by our clock; undefined where it has not, or where it is not known. */
  startedAt?: number | undefined;
}

/**
 * When the schedule's periods begin: at a time, or counted from the transaction's start where the box's clock is
 * wrong. There a transaction whose start is not known gets a time as the box's own clock shows it.
 */
export function startOf({ nowSec, clock, startedAt }: Times, isBegun: boolean) {
  if (!clock.isRight && (!isBegun || startedAt !== undefined)) {
    return { chargingProfileKind: 'Relative', from: startedAt ?? nowSec, startSchedule: undefined };
  }
  const boxNowSec = clock.isRight ? nowSec : nowSec + (clock.offsetSec ?? 0);
  const startSchedule = new Date(boxNowSec * 1000).toISOString();
  return { chargingProfileKind: 'Absolute', from: nowSec, startSchedule };
}

/**
 * The profile that makes the box itself hold the limit, and stop at its end.
 *
 * @param connectorId Also the profile's id: one id for two connectors would replace the neighbour's limit.
 * @param transactionId Undefined where the profile goes with the start of a transaction.
 */
export function txProfile(
  connectorId: number,
  { limitA, phases, endsAt }: TransactionLimit,
  transactionId: number | undefined,
  unit: RateUnit,
  times: Times,
) {
  const { chargingProfileKind, from, startSchedule } = startOf(times, transactionId !== undefined);
  const limit = unit === 'A' ? limitA : limitA * phases * VOLTAGE_V;
  const endsInSec = endsAt - from;
  const periods =
    limit > 0 && endsAt > times.nowSec
      ? [
          { startPeriod: 0, limit },
          { startPeriod: endsInSec, limit: 0 },
        ]
      : [{ startPeriod: 0, limit: 0 }];
  return {
    chargingProfileId: connectorId,
    ...PROFILE,
    ...(transactionId === undefined ? {} : { transactionId }),
    chargingProfileKind,
    chargingSchedule: {
      ...(startSchedule === undefined ? {} : { startSchedule }),
      chargingRateUnit: unit,
      chargingSchedulePeriod: periods,
    },
  };
}
