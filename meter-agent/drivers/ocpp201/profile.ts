import type { TransactionLimit } from '../driver.ts';
import type { LimitForm } from '../ocpp/limit-forms.ts';
import { ownProfileId } from '../ocpp/own-profiles.ts';
import { scheduleOf, type Times } from '../ocpp/schedule.ts';

/**
 * The transaction profile with which the station itself holds the limit and gives nothing from its end on. One per
 * EVSE: an id that is used twice would replace the other's profile.
 *
 * @param transactionId Undefined where the profile goes with the start of a transaction.
 */
export function txProfile(
  evseId: number,
  limit: TransactionLimit,
  transactionId: string | undefined,
  form: LimitForm,
  times: Times,
) {
  const { chargingProfileKind, schedule } = scheduleOf(limit, transactionId !== undefined, form, times);
  return {
    id: ownProfileId(evseId),
    stackLevel: 0,
    chargingProfilePurpose: 'TxProfile',
    chargingProfileKind,
    ...(transactionId === undefined ? {} : { transactionId }),
    chargingSchedule: [{ id: evseId, ...schedule }],
  };
}
