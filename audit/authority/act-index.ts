import type { Act } from '../calldata/acts.ts';
import type { Subject } from '../lib/discrepancy.ts';
import type { LedgerEvent } from '../rules/events.ts';
import type { MarketRef } from '../rules/signed-types.ts';
import type { Rule } from './rules.ts';
import { type SubjectKey, subjectOfEvent, subjectsOfAct } from './subjects.ts';

/** The acts of one transaction by what they are about; each causes one event of a kind. */
export class ActIndex {
  readonly #acts = new Map<SubjectKey, Act[]>();

  constructor(market: MarketRef, acts: readonly Act[]) {
    for (const act of acts) {
      for (const subject of subjectsOfAct(market, act)) {
        this.#acts.set(subject, [...(this.#acts.get(subject) ?? []), act]);
      }
    }
  }

  /** The acts that may have caused an event. */
  candidates(event: LedgerEvent, { acts }: Rule): Act[] {
    const about = this.#acts.get(subjectOfEvent(event)) ?? [];
    return about.filter(({ name }) => acts.includes(name));
  }

  /** The act caused this event, and no other of its kind. A relay fee follows from an act that has its own event. */
  take(event: LedgerEvent, act: Act): void {
    if (event.eventName === 'RelayFeePaid') return;
    const key = subjectOfEvent(event);
    this.#acts.set(key, this.#acts.get(key)?.filter((other) => other !== act) ?? []);
  }
}

/** What an event is about, for the reader. */
export function subjectOf({ args, tx }: LedgerEvent): Subject {
  return {
    ...('bookingId' in args ? { bookingId: args.bookingId } : {}),
    ...('listingId' in args ? { listingId: args.listingId } : {}),
    ...('account' in args ? { account: args.account } : {}),
    tx,
  };
}
