import type { LedgerEvent } from '../rules/events.ts';

/** Whose nonce a withdrawal may have used, if it is one. */
function withdrawerOf({ eventName, args }: LedgerEvent): string | undefined {
  if (eventName === 'Withdrawn') return args.account.toLowerCase();
  return eventName === 'EarningsWithdrawn' ? args.host.toLowerCase() : undefined;
}

/**
 * What an audit still has to check after an earlier one: later events, and the earlier withdrawals of those who withdrew
 * later, since only all of them together show that no message was carried out twice.
 */
export function eventsDue(events: readonly LedgerEvent[], checkedUntil: number): LedgerEvent[] {
  const isLater = ({ blockNumber }: LedgerEvent) => blockNumber > checkedUntil;
  const withdrawers = new Set(events.filter(isLater).map(withdrawerOf));
  withdrawers.delete(undefined);
  return events.filter((event) => isLater(event) || withdrawers.has(withdrawerOf(event)));
}
