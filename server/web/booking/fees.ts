import { lateFee, noshowFee } from '../../../protocol/bounds.ts';
import type { BookingTerms } from '../../../protocol/terms.ts';

/** What a booking of so many slots costs its driver who cancels late, or does not come; token units. */
export const feesOf = ({ noshowFee: perSlot }: Pick<BookingTerms, 'noshowFee'>, slotCount: number) => ({
  late: lateFee(perSlot, BigInt(slotCount)),
  noShow: noshowFee(perSlot, BigInt(slotCount)),
});
