import type { TransactionLimit } from '../driver.ts';

/** The lowest stack level, which every 1.6 box has; our profile is the only one of a transaction. */
const PROFILE = { chargingProfileId: 1, stackLevel: 0, chargingProfilePurpose: 'TxProfile' };

/** The profile that makes the box itself hold the limit, and stop at its end. */
export function txProfile({ limitA, endsAt }: TransactionLimit, now: Date) {
  const endsInSec = Math.max(0, endsAt - Math.floor(now.getTime() / 1000));
  const periods = [{ startPeriod: 0, limit: limitA }];
  if (limitA > 0 && endsInSec > 0) periods.push({ startPeriod: endsInSec, limit: 0 });
  return {
    ...PROFILE,
    chargingProfileKind: 'Absolute',
    chargingSchedule: {
      startSchedule: now.toISOString(),
      chargingRateUnit: 'A',
      chargingSchedulePeriod: periods,
    },
  };
}
