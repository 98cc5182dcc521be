import type { TransactionLimit } from '../driver.ts';
import { type RateUnit, scheduleOf, type Times } from '../ocpp/schedule.ts';

/**
 * The transaction profile that makes the station itself hold the limit, and give nothing from its end on. One per
 * EVSE: an id given twice would replace the neighbour's profile.
 *
 * @param transactionId Undefined where the profile goes with the start of a transaction.
 */
export function txProfile(
  evseId: number,
  limit: TransactionLimit,
  transactionId: string | undefined,
  unit: RateUnit,
  times: Times,
) {
  const { chargingProfileKind, schedule } = scheduleOf(limit, transactionId !== undefined, unit, times);
  return {
    id: evseId,
    stackLevel: 0,
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind,
    ...(transactionId === undefined ? {} : { transactionId }),
    chargingSchedule: [{ id: evseId, ...schedule }],
  };
}
