import type { TransactionLimit } from '../driver.ts';
import { type RateUnit, startOf, type Times, VOLTAGE_V } from '../ocpp16/profile.ts';

/**
 * The transaction profile that makes the station itself hold the limit, and give nothing from its end on. One per
 * EVSE: an id given twice would replace the neighbour's profile.
 *
 * @param transactionId Undefined where the profile goes with the start of a transaction.
 */
export function txProfile(
  evseId: number,
  { limitA, phases, endsAt }: TransactionLimit,
  transactionId: string | undefined,
  unit: RateUnit,
  times: Times,
) {
  const { chargingProfileKind, from, startSchedule } = startOf(times, transactionId !== undefined);
  const limit = endsAt > times.nowSec ? (unit === 'A' ? limitA : limitA * phases * VOLTAGE_V) : 0;
  const periods = [{ startPeriod: 0, limit }];
  if (limit > 0) periods.push({ startPeriod: endsAt - from, limit: 0 });
  return {
    id: evseId,
    stackLevel: 0,
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind,
    ...(transactionId === undefined ? {} : { transactionId }),
    chargingSchedule: [
      {
        id: evseId,
        ...(startSchedule === undefined ? {} : { startSchedule }),
        chargingRateUnit: unit,
        chargingSchedulePeriod: periods,
      },
    ],
  };
}
