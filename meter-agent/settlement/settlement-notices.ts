import type { Address, Hex } from 'viem';
import { FLAG, PHASE, unpackClaim, unpackHead } from '../../protocol/booking.ts';
import type { Notice } from '../../protocol/link.ts';
import { formatToken } from '../../protocol/units.ts';
import type { Journal } from '../journal/journal.ts';
import { TOKEN_NOTE, type Token } from '../ledger/token.ts';
import type { BookingFact } from '../session/booking-facts.ts';
import type { SettlementAction } from './next-action.ts';

/** What people read of each call, and once the ledger has it. `%` stands for the amount. */
interface Words {
  to: Notice['to'];
  sent: readonly [code: string, text: string];
  taken?: readonly [code: string, text: string];
}

const WORDS: Record<SettlementAction, Words> = {
  settle: {
    to: 'host',
    sent: ['SETTLE_SENT', 'The visit is being settled: % by a final reading that the driver co-signed.'],
  },
  claim: {
    to: 'host',
    sent: ['CLAIM_SENT', 'The newest reading that the driver co-signed is being claimed: %.'],
    taken: ['CLAIMED', 'The ledger has the claim of what was co-signed: %. It pays when the window is over.'],
  },
  claimAlone: {
    to: 'both',
    sent: [
      'CLAIM_ALONE_SENT',
      'The driver did not co-sign the end: the final reading is being claimed on the agent’s word alone, %.',
    ],
    taken: [
      'CLAIMED_ALONE',
      'The ledger has the claim on the agent’s word alone: %. The driver may co-sign the final reading or challenge it.',
    ],
  },
  claimNoShow: {
    to: 'both',
    sent: [
      'NO_SHOW_SENT',
      'Nobody came though the charger stood free: the no-show fee of % is being claimed.',
    ],
    taken: [
      'NO_SHOW_CLAIMED',
      'The ledger has the no-show claim of %. A driver who charged shows a co-signed reading.',
    ],
  },
  prove: {
    to: 'both',
    sent: [
      'PROOF_SENT',
      'The driver disputes the claim: the meter’s own signed record is being shown, for %.',
    ],
    taken: ['PROVEN', 'The ledger has the meter’s own signed record, for a claim of %.'],
  },
  finalise: {
    to: 'host',
    sent: ['FINALISE_SENT', 'The window of the claim is over: the ledger is asked to pay out %.'],
  },
  expire: {
    to: 'both',
    sent: [
      'EXPIRE_SENT',
      'Nothing of this booking could be claimed in time: the ledger is asked to give the driver % and the bond back.',
    ],
  },
};

/** What was told of one booking, and the calls made for it while the ledger has not ended it. */
interface Notified {
  codes: string[];
  actions: { action: SettlementAction; value: bigint }[];
}

const UNDER_WAY_NOTE = 'settlement actions under way';
const notifiedNote = (bookingId: Hex): string => `settlement notices ${bookingId}`;

/** Whether the ledger shows that it took the call. */
function isTaken(action: SettlementAction, fact: BookingFact): boolean {
  const { phase, flags } = unpackHead(fact.state.head);
  switch (action) {
    case 'claim':
      return phase !== PHASE.RESERVED;
    case 'claimAlone':
      return (flags & FLAG.AGENT_ALONE) !== 0n;
    case 'claimNoShow':
      return (flags & FLAG.NO_SHOW) !== 0n;
    case 'prove':
      return fact.ended !== null || unpackClaim(fact.state.claim).bestProofWh > 0n;
    default:
      return fact.ended !== null;
  }
}

export interface SettlementNoticesParts {
  journal: Journal;
  agentKey: Address;
  notice: (notice: Notice) => void;
  nowSec: () => number;
}

/** Tells people of every call for their visits and of its outcome, once each, also over restarts. */
export class SettlementNotices {
  readonly #parts: SettlementNoticesParts;

  constructor(parts: SettlementNoticesParts) {
    this.#parts = parts;
  }

  sent(bookingId: Hex, fact: BookingFact, action: SettlementAction, value: bigint): void {
    const { codes, actions } = this.#notified(bookingId);
    const { to, sent } = WORDS[action];
    if (codes.includes(sent[0])) return;
    this.#parts.journal.atomically(() => {
      this.#keep(bookingId, { codes, actions: [...actions, { action, value }] });
      this.#once(bookingId, fact, to, sent[0], sent[1].replace('%', this.#amount(value)));
    });
  }

  /** After each look at the ledger: what became of the calls. */
  look(factOf: (bookingId: Hex) => BookingFact | undefined): void {
    for (const bookingId of this.#underWay()) {
      const fact = factOf(bookingId);
      if (fact !== undefined && fact.lostAt === null) this.#outcome(bookingId, fact);
    }
  }

  #outcome(bookingId: Hex, fact: BookingFact): void {
    const { actions } = this.#notified(bookingId);
    this.#parts.journal.atomically(() => {
      for (const { action, value } of actions) {
        const { to, taken } = WORDS[action];
        if (taken === undefined || !isTaken(action, fact)) continue;
        this.#once(bookingId, fact, to, taken[0], taken[1].replace('%', this.#amount(value)));
      }
      if (fact.ended === null) return;
      const to = actions.some(({ action }) => WORDS[action].to === 'both') ? 'both' : 'host';
      const text = `The ledger ended the visit as ${fact.ended} and paid ${this.#amount(fact.paid ?? 0n)} to the host.`;
      this.#once(bookingId, fact, to, 'PAID', text);
      this.#keep(bookingId, { ...this.#notified(bookingId), actions: [] });
    });
  }

  /** The window of a call is nearly over, and the ledger does not show it. */
  atRisk(bookingId: Hex, fact: BookingFact, action: SettlementAction, value: bigint, endsAt: number): void {
    const until = new Date(endsAt * 1000).toISOString().slice(0, 16).replace('T', ' ');
    const text =
      `${this.#amount(value)} at risk: “${action}” did not reach the ledger, and its window ends ${until} UTC. ` +
      `Send some ether for gas to the agent key ${this.#parts.agentKey}, or bring the API’s relay back.`;
    this.#once(bookingId, fact, 'host', 'CLAIM_AT_RISK', text);
  }

  /** The ledger refused a call several times. */
  refused(bookingId: Hex, fact: BookingFact, action: SettlementAction, detail: string): void {
    const text = `The ledger refuses “${action}” for this visit: ${detail.slice(0, 200)} It is tried again.`;
    this.#once(bookingId, fact, 'host', 'CALL_REFUSED', text);
  }

  /** A call is too long for the relay, and the agent key has no ether of its own. */
  needsGas(bookingId: Hex, fact: BookingFact, action: SettlementAction): void {
    const text = `“${action}” of this visit is too long for the API’s relay: send some ether for gas to the agent key ${this.#parts.agentKey}.`;
    this.#once(bookingId, fact, 'host', 'GAS_NEEDED', text);
  }

  #once(bookingId: Hex, fact: BookingFact, to: Notice['to'], code: string, text: string): void {
    const { journal, notice, nowSec } = this.#parts;
    const { codes, actions } = this.#notified(bookingId);
    if (codes.includes(code)) return;
    journal.atomically(() => {
      this.#keep(bookingId, { codes: [...codes, code], actions });
      notice({ listingId: fact.listingId, bookingId, to, code, text, at: nowSec() });
    });
  }

  #notified(bookingId: Hex): Notified {
    return this.#parts.journal.note<Notified>(notifiedNote(bookingId)) ?? { codes: [], actions: [] };
  }

  #underWay(): Hex[] {
    return this.#parts.journal.note<Hex[]>(UNDER_WAY_NOTE) ?? [];
  }

  #keep(bookingId: Hex, told: Notified): void {
    const { journal } = this.#parts;
    journal.setNote(notifiedNote(bookingId), told);
    const before = this.#underWay();
    const others = before.filter((id) => id !== bookingId);
    const next = told.actions.length === 0 ? others : [...others, bookingId];
    if (next.length !== before.length) journal.setNote(UNDER_WAY_NOTE, next);
  }

  #amount(units: bigint): string {
    const token = this.#parts.journal.note<Token>(TOKEN_NOTE);
    if (token === undefined) return `${units} token units`;
    return `${formatToken(units, token.decimals)} ${token.symbol} (${units} token units)`;
  }
}
