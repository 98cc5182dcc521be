import type { TransactionLimit } from '../driver.ts';
import type { LimitForm } from '../ocpp/limit-forms.ts';
import { ownProfileId } from '../ocpp/own-profiles.ts';
import { scheduleOf, type Times } from '../ocpp/schedule.ts';

/** The lowest stack level, which every charge point of 1.6 has; this is a transaction's only profile. */
const PROFILE = { stackLevel: 0, chargingProfilePurpose: 'TxProfile' };

/**
 * The profile with which the charge point itself holds the limit and stops at its end.
 *
 * @param connectorId Gives the profile its id: one id for two connectors would replace the other's limit.
 * @param transactionId Undefined where the profile goes with the start of a transaction.
 */
export function txProfile(
  connectorId: number,
  limit: TransactionLimit,
  transactionId: number | undefined,
  form: LimitForm,
  times: Times,
) {
  const { chargingProfileKind, schedule } = scheduleOf(limit, transactionId !== undefined, form, times);
  return {
    chargingProfileId: ownProfileId(connectorId),
    ...PROFILE,
    ...(transactionId === undefined ? {} : { transactionId }),
    chargingProfileKind,
    chargingSchedule: schedule,
  };
}
