import type { TransactionLimit } from '../driver.ts';

/**
 * The transaction profile that makes the station itself hold the limit, and give nothing from its end on. One per
 * EVSE: an id given twice would replace the neighbour's profile.
 */
export function txProfile(evseId: number, { limitA, endsAt }: TransactionLimit, transactionId?: string) {
  const startSchedule = new Date();
  const endsInSec = Math.max(0, endsAt - Math.floor(startSchedule.getTime() / 1000));
  const periods = [{ startPeriod: 0, limit: endsInSec > 0 ? limitA : 0 }];
  if (limitA > 0 && endsInSec > 0) periods.push({ startPeriod: endsInSec, limit: 0 });
  return {
    id: evseId,
    stackLevel: 0,
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind: 'Absolute',
    ...(transactionId === undefined ? {} : { transactionId }),
    chargingSchedule: [
      {
        id: evseId,
        startSchedule: startSchedule.toISOString(),
        chargingRateUnit: 'A',
        chargingSchedulePeriod: periods,
      },
    ],
  };
}
