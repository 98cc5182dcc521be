import type { TransactionLimit } from '../driver.ts';
import { type RateUnit, scheduleOf, type Times } from '../ocpp/schedule.ts';

/** The lowest stack level, which every 1.6 box has; our profile is the only one of a transaction. */
const PROFILE = { stackLevel: 0, chargingProfilePurpose: 'TxProfile' };

/**
 * The profile that makes the box itself hold the limit, and stop at its end.
 *
 * @param connectorId Also the profile's id: one id for two connectors would replace the neighbour's limit.
 * @param transactionId Undefined where the profile goes with the start of a transaction.
 */
export function txProfile(
  connectorId: number,
  limit: TransactionLimit,
  transactionId: number | undefined,
  unit: RateUnit,
  times: Times,
) {
  const { chargingProfileKind, schedule } = scheduleOf(limit, transactionId !== undefined, unit, times);
  return {
    chargingProfileId: connectorId,
    ...PROFILE,
    ...(transactionId === undefined ? {} : { transactionId }),
    chargingProfileKind,
    chargingSchedule: schedule,
  };
}
