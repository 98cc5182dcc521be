import type { Notice } from '../../../protocol/link.ts';

/** Why a session cannot start although its slot has begun. */
export type BlockReason = 'OCCUPIED' | 'OUT_OF_ORDER';

export const BLOCK_TITLES: Record<BlockReason, string> = {
  OCCUPIED: 'Another car is at the wallbox',
  OUT_OF_ORDER: 'The wallbox is out of order',
};

export const BLOCK_WORDS: Record<BlockReason, string> = {
  OCCUPIED: 'Another car still occupies the wallbox that you booked.',
  OUT_OF_ORDER: 'It reports a fault and cannot charge.',
};

/** The block reason in the newest notice about it; `notices` are ordered newest first. */
export function blockReasonOf(notices: readonly Notice[]): BlockReason | undefined {
  const last = notices.find(({ code }) => code === 'FREE_AGAIN' || code in BLOCK_WORDS);
  return last === undefined || last.code === 'FREE_AGAIN' ? undefined : (last.code as BlockReason);
}
