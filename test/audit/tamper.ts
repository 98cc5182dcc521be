import type { AccountBook } from '../../audit/accounting/account-book.ts';
import type { EventName, EventOf, LedgerEvent } from '../../audit/rules/events.ts';
import { type LedgerEvidence, reconcile } from './scenario.ts';

export const isOf = <Name extends EventName>(event: LedgerEvent, name: Name): event is EventOf<Name> =>
  event.eventName === name;

/** Ways to change what was read from a ledger, and the audit of the changed log. */
export function tamperWith(evidence: LedgerEvidence) {
  const { events } = evidence;
  const first = (name: EventName) => events.findIndex((event) => isOf(event, name));
  return {
    auditOf: (changed: LedgerEvent[]): Promise<AccountBook> => reconcile({ ...evidence, events: changed }),

    eventOf: <Name extends EventName>(name: Name) => events[first(name)] as EventOf<Name>,

    lastOf: <Name extends EventName>(name: Name) =>
      events.findLast((event) => isOf(event, name)) as EventOf<Name>,

    /** The log with other arguments in the first event of this name. */
    tampered<Name extends EventName>(
      name: Name,
      change: (args: EventOf<Name>['args']) => object,
    ): LedgerEvent[] {
      const event = events[first(name)] as EventOf<Name>;
      const args = { ...event.args, ...change(event.args as EventOf<Name>['args']) };
      return events.with(first(name), { ...event, args } as LedgerEvent);
    },

    without: (name: EventName): LedgerEvent[] => events.toSpliced(first(name), 1),

    /** The log with the first event of this name at another time. */
    shifted(name: EventName, seconds: number): LedgerEvent[] {
      const event = events[first(name)]!;
      return events.with(first(name), { ...event, at: event.at + seconds });
    },
  };
}
