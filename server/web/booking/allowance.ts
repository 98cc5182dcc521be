import { secondsFor } from '../../../protocol/allowance.ts';
import type { Booking } from '../../../protocol/booking.ts';
import { costRoundedDown } from '../../../protocol/cost.ts';
import type { Reading } from '../../../protocol/reading.ts';
import { fromTermsStruct, type Terms } from '../../../protocol/terms.ts';
import { max, min } from '../../../protocol/units.ts';
import type { StoredBooking } from './storedBookings.ts';

/** What the host asks: its listing's figure, and, where no device will be there to add it, the flat fee. */
export const askedAllowance = ({ tariff, metering }: Terms, cap: bigint, isDeviceThere: boolean): bigint =>
  min(metering.allowedCost + (isDeviceThere ? 0n : tariff.flatFee), cap);

/** Seconds of charging at full power until an allowance is used up, from this reading on; undefined if never. */
export function allowanceLasts(
  { money, terms: struct }: Pick<Booking, 'money' | 'terms'>,
  reading: Reading | undefined,
  allowed: bigint,
): number | undefined {
  const terms = fromTermsStruct(struct);
  const used =
    reading === undefined ? terms.tariff.flatFee : costRoundedDown(terms.tariff, reading, money.cap);
  return secondsFor(terms, allowed - used);
}

/** What the agent's word may cost by now, token units: by the intent, or by the newest raise of this device. */
export const allowedNow = ({ booking, raise }: Pick<StoredBooking, 'booking' | 'raise'>): bigint =>
  max(BigInt(raise?.cost ?? 0), booking.money.allowedCost);
