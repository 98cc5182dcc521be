import type { Address, Hex } from 'viem';
import { fromBookingStruct } from '../../protocol/booking.ts';
import { noshowFee } from '../../protocol/bounds.ts';
import {
  type AddressedNotice,
  type Audience,
  NOTICES,
  type NoticeCode,
  type NoticeParams,
  noticeOf,
  type SettlementAction,
} from '../../protocol/notices.ts';
import { SLOT_SEC } from '../../protocol/slots.ts';
import { isUnclaimed, stateName, unpackClaim } from '../../protocol/state.ts';
import { fromTermsStruct } from '../../protocol/terms.ts';
import type { Journal } from '../journal/journal.ts';
import type { NoticeQueue } from '../journal/notice-queue.ts';
import type { BookingFact } from '../session/booking-facts.ts';

/** Codes whose only parameter is an amount. */
type AmountCode = {
  [Code in NoticeCode]: NoticeParams<Code> extends { amount: string }
    ? { amount: string } extends NoticeParams<Code>
      ? Code
      : never
    : never;
}[NoticeCode];

/** The notices of each action: once it is sent, and once the ledger shows it. */
const CODES: Readonly<Record<SettlementAction, { sent: AmountCode; shown?: AmountCode }>> = {
  settle: { sent: 'SETTLE_SENT' },
  settleAlone: { sent: 'SETTLE_ALONE_SENT' },
  claim: { sent: 'CLAIM_SENT', shown: 'CLAIMED' },
  claimAlone: { sent: 'UNILATERAL_CLAIM_SENT', shown: 'UNILATERALLY_CLAIMED' },
  claimNoShow: { sent: 'NO_SHOW_SENT', shown: 'NO_SHOW_CLAIMED' },
  prove: { sent: 'PROOF_SENT', shown: 'PROVEN' },
  finalise: { sent: 'FINALISE_SENT' },
  expire: { sent: 'EXPIRE_SENT' },
};

/** The notices sent for one booking, and its calls while it has not ended on the ledger. */
interface Notified {
  codes: string[];
  actions: { action: SettlementAction; value: bigint }[];
}

const UNDER_WAY_NOTE = 'settlement actions under way';
const notifiedNote = (bookingId: Hex): string => `settlement notices ${bookingId}`;

/** Whether the ledger shows that it took the call. */
function isTaken(action: SettlementAction, fact: BookingFact): boolean {
  const name = stateName(fact.state);
  switch (action) {
    case 'claim':
      return !isUnclaimed(fact.state);
    case 'claimAlone':
      return fact.state.claim !== 0n;
    case 'claimNoShow':
      return name === 'NO_SHOW_CLAIMED' || name === 'CONTESTED';
    case 'prove':
      return fact.ended !== null || unpackClaim(fact.state.claim).bestProofWh > 0n;
    default:
      return fact.ended !== null;
  }
}

/** What the ledger paid; of a contested no-show, what went to nobody. */
function endNotice(fact: BookingFact, to: Audience): AddressedNotice {
  const endedAs = fact.ended ?? '';
  if (endedAs !== 'NO_SHOW' || stateName(fact.state) !== 'CONTESTED')
    return noticeOf('PAID', { endedAs, amount: String(fact.paid ?? 0n) }, to);
  const { terms, slotCount } = fromBookingStruct(fact.booking);
  const fee = noshowFee(fromTermsStruct(terms).bookingTerms.noshowFee, BigInt(slotCount));
  return noticeOf('NO_SHOW_CONTESTED', { amount: String(fee) });
}

export interface SettlementNoticesParts {
  journal: Journal;
  agentKey: Address;
  notices: Pick<NoticeQueue, 'add'>;
  nowSec: () => number;
}

/** Sends notices about each call for a session and its outcome, once each, also over restarts. */
export class SettlementNotices {
  readonly #parts: SettlementNoticesParts;

  constructor(parts: SettlementNoticesParts) {
    this.#parts = parts;
  }

  sent(bookingId: Hex, fact: BookingFact, action: SettlementAction, value: bigint): void {
    const { codes, actions } = this.#notified(bookingId);
    const { sent } = CODES[action];
    if (codes.includes(sent)) return;
    this.#parts.journal.atomically(() => {
      this.#keep(bookingId, { codes, actions: [...actions, { action, value }] });
      this.#once(bookingId, fact, noticeOf(sent, { amount: String(value) }));
    });
  }

  /** After each poll of the ledger: checks the outcome of the calls. */
  check(factOf: (bookingId: Hex) => BookingFact | undefined): void {
    for (const bookingId of this.#underWay()) {
      const fact = factOf(bookingId);
      if (fact !== undefined && fact.lostAt === null) this.#outcome(bookingId, fact);
    }
  }

  #outcome(bookingId: Hex, fact: BookingFact): void {
    const { actions } = this.#notified(bookingId);
    this.#parts.journal.atomically(() => {
      for (const { action, value } of actions) {
        const { shown } = CODES[action];
        if (shown === undefined || !isTaken(action, fact)) continue;
        this.#once(bookingId, fact, noticeOf(shown, { amount: String(value) }));
      }
      if (fact.ended === null) return;
      const isForBoth = actions.some(({ action }) => NOTICES[CODES[action].sent].to === 'both');
      this.#once(bookingId, fact, endNotice(fact, isForBoth ? 'both' : 'host'));
      const { givenBackFrom } = fact;
      if (givenBackFrom !== undefined)
        this.#once(bookingId, fact, noticeOf('SLOTS_GIVEN_BACK', { freeFrom: givenBackFrom * SLOT_SEC }));
      this.#keep(bookingId, { ...this.#notified(bookingId), actions: [] });
    });
  }

  /** The window of a call is nearly over, and the ledger does not show it. */
  atRisk(bookingId: Hex, fact: BookingFact, action: SettlementAction, value: bigint, endsAt: number): void {
    const { agentKey } = this.#parts;
    const params = { action, amount: String(value), endsAt, agentKey };
    this.#once(bookingId, fact, noticeOf('CLAIM_AT_RISK', params));
  }

  /** The ledger refused a call several times. */
  refused(bookingId: Hex, fact: BookingFact, action: SettlementAction, detail: string): void {
    this.#once(bookingId, fact, noticeOf('CALL_REFUSED', { action, revert: detail.slice(0, 200) }));
  }

  /** A call is too long for the relay, and the agent key has no ether of its own. */
  needsGas(bookingId: Hex, fact: BookingFact, action: SettlementAction): void {
    const { agentKey } = this.#parts;
    this.#once(bookingId, fact, noticeOf('GAS_NEEDED', { action, agentKey }));
  }

  #once(bookingId: Hex, fact: BookingFact, content: AddressedNotice): void {
    const { journal, notices, nowSec } = this.#parts;
    const { codes, actions } = this.#notified(bookingId);
    if (codes.includes(content.code)) return;
    journal.atomically(() => {
      this.#keep(bookingId, { codes: [...codes, content.code], actions });
      notices.add({ listingId: fact.listingId, bookingId, ...content, at: nowSec() });
    });
  }

  #notified(bookingId: Hex): Notified {
    return this.#parts.journal.note<Notified>(notifiedNote(bookingId)) ?? { codes: [], actions: [] };
  }

  #underWay(): Hex[] {
    return this.#parts.journal.note<Hex[]>(UNDER_WAY_NOTE) ?? [];
  }

  #keep(bookingId: Hex, notified: Notified): void {
    const { journal } = this.#parts;
    journal.setNote(notifiedNote(bookingId), notified);
    const before = this.#underWay();
    const others = before.filter((id) => id !== bookingId);
    const next = notified.actions.length === 0 ? others : [...others, bookingId];
    if (next.length !== before.length) journal.setNote(UNDER_WAY_NOTE, next);
  }
}
