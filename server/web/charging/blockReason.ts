import type { Notice } from '../../../protocol/notices.ts';
import { BLOCK_REASONS, type BlockReason } from '../../../protocol/session.ts';

/** The block reason in the newest notice about it; `notices` are ordered newest first. */
export function blockReasonOf(notices: readonly Notice[]): BlockReason | undefined {
  const last = notices.find(({ code }) => code === 'BOOKING_BLOCKED' || code === 'BOOKING_UNBLOCKED');
  if (last?.code !== 'BOOKING_BLOCKED') return undefined;
  return BLOCK_REASONS.find((reason) => reason === last.params.reason);
}
