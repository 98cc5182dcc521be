import type { Logger } from 'pino';
import { type Hex, isAddressEqual } from 'viem';
import type { PrivateKeyAccount } from 'viem/accounts';
import type { HeldReading } from '../../protocol/link.ts';
import { signerOf } from '../../protocol/signature.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import { isUnclaimed, unpackClaim, unpackHead } from '../../protocol/state.ts';
import { max } from '../../protocol/units.ts';
import type { Journal } from '../journal/journal.ts';
import { RESTORE_NOTE, restoreMarkOf } from '../journal/restore-mark.ts';
import type { SessionStore } from '../journal/session-store.ts';
import type { LedgerFollower } from '../ledger/ledger-follower.ts';
import type { BookingFact } from '../session/booking-facts.ts';
import type { SessionEvent } from '../session/events.ts';
import { costOf } from '../session/money.ts';
import { isRecovering } from '../session/recovery.ts';
import type { Plan, Session } from '../session/types.ts';
import type { ApiLink, NewestReadings } from './api-link.ts';

/** How often a booking that waits is asked for. */
const ASK_AGAIN_SEC = 15;

export interface RecoveryParts {
  account: PrivateKeyAccount;
  journal: Journal;
  ledger: LedgerFollower;
  sessions: SessionStore;
  link: ApiLink;
  nowSec: () => number;
  log: Logger;
}

/**
 * After a restore: bookings that the backup or the ledger has as open sign nothing until the ledger was followed up to
 * its newest block and the API has said which readings it holds. An API that cannot say so is waited for.
 */
export class Recovery {
  readonly #parts: RecoveryParts;
  /** The time of the ledger's newest block; undefined until it was reached since this start. */
  #headSec: number | undefined;
  #askedAt = 0;
  #isOldNamed = false;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
    this.#markSessions();
    parts.ledger.updated.add((headSec) => this.#ledgerUpdated(headSec));
    parts.link.linked.add(() => this.#ask());
    parts.link.newestReported.add((readings) => {
      this.#take(readings).catch((err: Error) =>
        parts.log.error({ err }, 'a booking could not be recovered'),
      );
    });
  }

  /** Once a second. */
  tick(at: number): void {
    if (at - this.#askedAt >= ASK_AGAIN_SEC || at < this.#askedAt) this.#ask();
  }

  /** The sessions of the backup, before anything else can happen to them. */
  #markSessions(): void {
    const { journal, sessions, nowSec, log } = this.#parts;
    const mark = restoreMarkOf(journal);
    if (mark === undefined || mark.isApplied) return;
    const { backupAt } = mark;
    journal.atomically(() => {
      for (const { plan } of sessions.all()) {
        sessions.apply(plan.bookingId, { type: 'restored', backupAt, at: nowSec() });
      }
      journal.setNote(RESTORE_NOTE, { ...mark, isApplied: true });
    });
    log.warn({ backupAt }, 'restored from a backup: ledger and API are asked before anything is signed');
  }

  #ledgerUpdated(headSec: number): void {
    const { journal, ledger } = this.#parts;
    const isFirst = this.#headSec === undefined;
    this.#headSec = headSec;
    const mark = restoreMarkOf(journal);
    const throughBlock = ledger.followed().at(-1)?.number;
    if (mark?.throughBlock === null && throughBlock !== undefined) {
      journal.setNote(RESTORE_NOTE, { ...mark, throughBlock });
    }
    if (isFirst) this.#ask();
  }

  #ask(): void {
    const { sessions, link, nowSec, log } = this.#parts;
    if (this.#headSec === undefined) return;
    this.#askedAt = nowSec();
    const waiting = sessions.all().filter(isRecovering);
    if (waiting.length === 0 || link.knowsNewest === undefined) return;
    if (link.knowsNewest) {
      for (const { plan } of waiting) link.send({ type: 'newest', bookingId: plan.bookingId });
    } else if (!this.#isOldNamed) {
      this.#isOldNamed = true;
      const remedy = 'Ask the operator of the API to update it. Bookings made from now on are served.';
      log.warn({ waiting: waiting.length, remedy }, 'this API cannot say which readings it holds');
    }
  }

  async #take({ bookingId, newest, cosigned }: NewestReadings): Promise<void> {
    const { ledger, sessions } = this.#parts;
    const [session, fact, ref] = [sessions.get(bookingId), ledger.booking(bookingId), ledger.facts?.ref];
    if (session === undefined || fact === undefined || ref === undefined) return;
    if (this.#headSec === undefined || !isRecovering(session)) return;
    const held = [newest, cosigned].filter((reading) => reading !== null);
    for (const reading of held) {
      if (await this.#isOwn(ref, session.plan, reading)) continue;
      this.#parts.log.error(
        { bookingId, seq: reading.reading.seq },
        'the API sent a reading that is not ours',
      );
      return;
    }
    // Both may have changed while the signatures were checked.
    const present = sessions.get(bookingId);
    if (present !== undefined && isRecovering(present)) this.#recover(present, fact, held);
  }

  async #isOwn(
    ref: MarketRef,
    { bookingId, sessionKey }: Plan,
    { reading, agentSignature, sessionSignature }: HeldReading,
  ): Promise<boolean> {
    const isBy = async (key: Hex, signature: Hex) => {
      const signer = await signerOf(ref, 'Reading', reading, signature).catch(() => undefined);
      return signer !== undefined && isAddressEqual(signer, key);
    };
    if (reading.bookingId !== bookingId) return false;
    if (!(await isBy(this.#parts.account.address, agentSignature))) return false;
    return sessionSignature === null || isBy(sessionKey, sessionSignature);
  }

  #recover(session: Session, fact: BookingFact, held: HeldReading[]): void {
    const { journal, sessions, nowSec, log } = this.#parts;
    const { bookingId } = session.plan;
    const event = recoveredEvent(session, fact, held, this.#headSec as number);
    journal.atomically(() => {
      for (const reading of held) journal.keepHeldReading(reading);
      sessions.apply(bookingId, { ...event, at: nowSec() });
    });
    const { newest, ledgerSeq, isUntouched } = event;
    log.info({ bookingId, seq: newest?.seq ?? null, ledgerSeq, isUntouched }, 'a restored booking goes on');
  }
}

type Recovered = Omit<Extract<SessionEvent, { type: 'recovered' }>, 'at'>;

/** What ledger and API hold of a booking. `headSec` is the newest block's time. */
export function recoveredEvent(
  { plan, nextSeq }: Pick<Session, 'plan' | 'nextSeq'>,
  { state }: Pick<BookingFact, 'state'>,
  held: readonly HeldReading[],
  headSec: number,
): Recovered {
  const signed = ({ reading }: HeldReading) => {
    const { seq, energyWh, beganAt, endedAt, overstaySec, isFinal } = reading;
    const cost = costOf(plan.limits, reading);
    return { seq, energyWh, beganAt, endedAt, overstaySec, isFinal, cost };
  };
  const bySeq = held.toSorted((a, b) => b.reading.seq - a.reading.seq);
  const [newest] = bySeq.map(signed);
  const [cosigned] = bySeq.filter(({ sessionSignature }) => sessionSignature !== null).map(signed);
  const [head, claim] = [unpackHead(state.head), unpackClaim(state.claim)];
  const isNothing = newest === undefined && nextSeq === 0 && isUnclaimed(state);
  return {
    type: 'recovered',
    isUntouched: isNothing && headSec < plan.times.opens,
    ledgerSeq: Number(max(head.cosignedSeq, claim.seq)),
    newest: newest ?? null,
    cosigned: cosigned ?? null,
    // Without the driver only a final reading can be claimed.
    isFinalMade: newest?.isFinal === true || claim.endedAt !== 0n,
  };
}
