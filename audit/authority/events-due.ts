import type { EventName, LedgerEvent } from '../rules/events.ts';

/** The events that `eventsDue` wants of earlier ones. */
export const WITHDRAWALS: readonly EventName[] = ['Withdrawn', 'EarningsWithdrawn'];

/** Whose nonce a withdrawal may have used, if it is one. */
function withdrawerOf({ eventName, args }: LedgerEvent): string | undefined {
  if (eventName === 'Withdrawn') return args.account.toLowerCase();
  return eventName === 'EarningsWithdrawn' ? args.host.toLowerCase() : undefined;
}

/**
 * What an audit still has to check after an earlier one: later events, and the earlier withdrawals of those who withdrew
 * later, since only all of them together show that no message was carried out twice.
 */
export function eventsDue(
  later: readonly LedgerEvent[],
  earlierWithdrawals: () => readonly LedgerEvent[],
): LedgerEvent[] {
  const withdrawers = new Set(later.map(withdrawerOf));
  withdrawers.delete(undefined);
  if (withdrawers.size === 0) return [...later];
  return [...earlierWithdrawals().filter((event) => withdrawers.has(withdrawerOf(event))), ...later];
}
