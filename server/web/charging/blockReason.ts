import type { Notice } from '../../../protocol/notices.ts';
import { BLOCK_REASONS, type BlockReason } from '../../../protocol/session.ts';

export const BLOCK_TITLES: Record<BlockReason, string> = {
  OCCUPIED: 'Another car is at the wallbox',
  FAULT: 'The wallbox is out of order',
};

export const BLOCK_WORDS: Record<BlockReason, string> = {
  OCCUPIED: 'Another car still occupies the wallbox that you booked.',
  FAULT: 'It reports a fault and cannot charge.',
};

/** The block reason in the newest notice about it; `notices` are ordered newest first. */
export function blockReasonOf(notices: readonly Notice[]): BlockReason | undefined {
  const last = notices.find(({ code }) => code === 'BOOKING_BLOCKED' || code === 'BOOKING_UNBLOCKED');
  if (last?.code !== 'BOOKING_BLOCKED') return undefined;
  return BLOCK_REASONS.find((reason) => reason === last.params.reason);
}
