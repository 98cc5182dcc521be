import type { Logger } from 'pino';
import type { Address } from 'viem';
import { isBookingTag, isSameTag } from '../../protocol/idTag.ts';
import { listingIdOf } from '../../protocol/listing.ts';
import { noticeOf } from '../../protocol/notices.ts';
import type { Connectors } from '../connectors/connectors.ts';
import type { Journal } from '../journal/journal.ts';
import type { NoticeQueue } from '../journal/notice-queue.ts';
import type { LedgerFollower } from '../ledger/ledger-follower.ts';
import type { LocalAuthorization } from './local-authorization.ts';

export interface RefusedCardsParts {
  agentKey: Address;
  journal: Pick<Journal, 'note' | 'setNote'>;
  connectors: Connectors;
  ledger: Pick<LedgerFollower, 'listedIds'>;
  notices: NoticeQueue;
  localAuthorization: Pick<LocalAuthorization, 'isAllowed'>;
  nowSec: () => number;
  log: Logger;
}

export interface RefusedCard {
  chargePointId: string;
  idTag: string;
  /** The last time, in unix seconds. */
  at: number;
  count: number;
}

const NOTE = 'refusedCards';
/** Cards that are kept: somebody who holds many to the wallbox fills no disk. */
const MAX_KEPT = 10;
/** The host is told of a card once a day. */
const QUIET_SEC = 86_400;
/** Another central system may accept the card a moment later. */
const SETTLED_SEC = 5;
const CONTROL = /\p{Cc}+/gu;

/** Cards that nobody here knows and that were held to a charge point: shown to the owner, who may want to let them. */
export class RefusedCards {
  readonly #parts: RefusedCardsParts;
  #waiting: RefusedCard[] = [];

  constructor(parts: RefusedCardsParts) {
    this.#parts = parts;
  }

  /** Newest first. */
  all(): RefusedCard[] {
    return this.#parts.journal.note<RefusedCard[]>(NOTE) ?? [];
  }

  /** A booking's own tag is nothing that an owner could use. */
  seen(chargePointId: string, idTag: string): void {
    const plain = idTag.replace(CONTROL, '');
    if (plain.trim() === '' || isBookingTag(plain) || this.#waiting.length >= MAX_KEPT) return;
    this.#waiting.push({ chargePointId, idTag: plain, at: this.#parts.nowSec(), count: 1 });
  }

  /** Once a second. */
  tick(at: number): void {
    const due = this.#waiting.filter((card) => at - card.at >= SETTLED_SEC);
    if (due.length === 0) return;
    this.#waiting = this.#waiting.filter((card) => !due.includes(card));
    for (const card of due) {
      if (!this.#parts.localAuthorization.isAllowed(card.chargePointId, card.idTag)) this.#keep(card);
    }
  }

  #keep(card: RefusedCard): void {
    const { journal, log } = this.#parts;
    const isSame = (other: RefusedCard) => isSameTag(other.idTag, card.idTag);
    const kept = this.all();
    const known = kept.find(isSame);
    const others = kept.filter((other) => !isSame(other));
    const next = { ...card, count: (known?.count ?? 0) + 1 };
    journal.setNote(NOTE, [next, ...others].slice(0, MAX_KEPT));
    if (known !== undefined && card.at - known.at < QUIET_SEC) return;
    const { chargePointId, idTag } = card;
    log.warn({ chargePointId, idTag }, 'card refused: nobody here knows it; ownerIdTags would let it charge');
    const isQuiet = others.filter(({ at }) => card.at - at < QUIET_SEC).length >= MAX_KEPT / 2;
    if (!isQuiet) this.#notify(card);
  }

  /** To the host of the charge point, once for all of its connectors. A card's number stays in the house. */
  #notify({ chargePointId, at }: RefusedCard): void {
    const { agentKey, connectors, ledger, notices } = this.#parts;
    const listed = ledger.listedIds();
    const listingId = connectors
      .of(chargePointId)
      .map(({ hash }) => listingIdOf(agentKey, hash))
      .find((id) => listed.has(id));
    if (listingId === undefined) return;
    const notice = noticeOf('CARD_REFUSED', {});
    notices.add({ listingId, bookingId: null, ...notice, at });
  }
}
