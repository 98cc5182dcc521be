import type { Logger } from 'pino';
import { type Hex, type LocalAccount, parseGwei } from 'viem';
import { Backoff } from '../../protocol/backoff.ts';
import { PlugpactError } from '../../protocol/errors.ts';
import type { SettlementAction } from '../../protocol/notices.ts';
import type { AgentConfig } from '../config/config.ts';
import type { NoShowEvidence } from '../connectors/no-show-evidence.ts';
import type { Journal } from '../journal/journal.ts';
import type { NoticeQueue } from '../journal/notice-queue.ts';
import type { LedgerFollower } from '../ledger/ledger-follower.ts';
import type { BookingFact, LedgerFacts } from '../session/booking-facts.ts';
import { isRecovering } from '../session/recovery.ts';
import { calldataOf } from './calldata.ts';
import { claimValue, deadlineRisk } from './claim-value.ts';
import { DirectSender, type LedgerCall } from './direct-sender.ts';
import { giveBackFrom } from './give-back.ts';
import { type Moment, momentOf } from './moment.ts';
import { nextAction } from './next-action.ts';
import { RelayRefusal, relay } from './relay.ts';
import { SettlementNotices } from './settlement-notices.ts';
import { unilateralClaimOf, unilateralFacts } from './unilateral-claim.ts';

/** How long to wait until the ledger shows a call, before it is sent again. */
const SHOWN_AFTER_MS = 20_000;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

/** A relay that so often reports calls as sent which the ledger does not show is not used while there is own gas. */
const BELIEVED_RELAYS = 2;

/** Failures before a notice is sent. */
const NOTIFIED_AFTER_REFUSALS = 3;

interface Attempt {
  action: SettlementAction;
  tries: number;
  refusals: number;
  /** How often the relay reported it as sent. */
  relayed: number;
  /** Slots are given back with a settlement until that call is refused once. */
  givesBack: boolean;
  notBeforeMs: number;
  pause: Backoff;
}

export interface SettlementParts {
  config: AgentConfig;
  account: LocalAccount;
  journal: Journal;
  ledger: LedgerFollower;
  noShowEvidence: NoShowEvidence;
  notices: NoticeQueue;
  nowSec: () => number;
  log: Logger;
}

/**
 * Brings readings to the ledger: through the API's relay, or with the agent key's own gas when it has some. Each pass
 * compares the journal with the ledger, so that lost calls are sent again and none twice.
 */
export class Settlement {
  readonly #parts: SettlementParts;
  readonly #notices: SettlementNotices;
  readonly #directSender: DirectSender;
  readonly #attempts = new Map<Hex, Attempt>();
  #relayPause: { at: number; refusal: unknown } = { at: 0, refusal: undefined };
  #busy = false;
  #isClosed = false;

  constructor(parts: SettlementParts) {
    this.#parts = parts;
    const { config, account, journal, ledger, notices, nowSec, log } = parts;
    this.#notices = new SettlementNotices({ journal, agentKey: account.address, notices, nowSec });
    this.#directSender = new DirectSender({
      client: ledger.client,
      account,
      market: config.market,
      chainId: () => ledger.facts?.ref.chainId ?? 0,
      journal,
      maxFeePerGas: parseGwei(String(config.maxFeePerGasGwei)),
      nowSec,
      log,
    });
    ledger.updated.add((headSec) => {
      this.#processAll(headSec).catch((error: Error) => {
        if (!this.#isClosed) log.error({ err: error }, 'settling failed: tried again at the next block');
      });
    });
  }

  /** Running calls may fail from now on: no notice is sent. */
  close(): void {
    this.#isClosed = true;
  }

  /** Processes every open booking once; calls during a pass are ignored. */
  async #processAll(headSec: number): Promise<void> {
    const { ledger } = this.#parts;
    const { facts } = ledger;
    if (this.#busy || facts === undefined) return;
    this.#busy = true;
    try {
      const open = ledger.openBookings();
      // Ended bookings are forgotten: if the ledger loses the end, the call is sent again without waiting.
      const ids = new Set(open.map(({ bookingId }) => bookingId));
      for (const bookingId of this.#attempts.keys())
        if (!ids.has(bookingId)) this.#attempts.delete(bookingId);
      this.#notices.check((bookingId) => ledger.booking(bookingId));
      for (const { bookingId, fact } of open) await this.#process(bookingId, fact, facts, headSec);
    } finally {
      this.#busy = false;
    }
  }

  async #process(bookingId: Hex, fact: BookingFact, facts: LedgerFacts, headSec: number): Promise<void> {
    const { account, journal } = this.#parts;
    const newest = journal.newestCosigned(bookingId);
    const claim = unilateralClaimOf(this.#parts, bookingId, fact);
    const action = nextAction(fact, newest, unilateralFacts(claim), facts, headSec);
    if (action === undefined) {
      this.#attempts.delete(bookingId);
      return;
    }
    const { ref } = facts;
    const moment = momentOf(fact, facts.windows, headSec);
    const raisedCost = claim.allowance?.cost ?? 0n;
    const value = claimValue(action, moment, { newest, final: claim.final, raisedCost });
    const attempt = this.#attemptOf(bookingId, action);
    const { isNear, endsAt } = deadlineRisk(action, moment);
    if (isNear && attempt.tries >= 2) this.#notices.atRisk(bookingId, fact, action, value, endsAt);
    if (performance.now() < attempt.notBeforeMs) return;
    attempt.tries += 1;
    try {
      const from = attempt.givesBack ? this.#giveBackFrom(bookingId, moment) : undefined;
      const parts = { ref, account, bookingId, fact, newest, claim, giveBackFrom: from };
      const data = await calldataOf(action, parts);
      const transactionHash = await this.#send({ bookingId, action, data }, attempt);
      attempt.notBeforeMs = performance.now() + SHOWN_AFTER_MS;
      this.#parts.log.info({ bookingId, action, transactionHash }, 'sent to the ledger');
      this.#notices.sent(bookingId, fact, action, value);
    } catch (error) {
      this.#failed(bookingId, fact, attempt, error);
    }
  }

  #giveBackFrom(bookingId: Hex, moment: Moment): number | undefined {
    const { config, journal } = this.#parts;
    const session = journal.session(bookingId)?.session;
    if (!config.giveBackSlots || (session !== undefined && isRecovering(session))) return undefined;
    return giveBackFrom(session, moment);
  }

  #attemptOf(bookingId: Hex, action: SettlementAction): Attempt {
    const known = this.#attempts.get(bookingId);
    if (known?.action === action) return known;
    const pause = new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
    const attempt = { action, tries: 0, refusals: 0, relayed: 0, givesBack: true, notBeforeMs: 0, pause };
    this.#attempts.set(bookingId, attempt);
    return attempt;
  }

  #failed(bookingId: Hex, fact: BookingFact, attempt: Attempt, error: unknown): void {
    const { action, pause } = attempt;
    const { waitMs, isFirst } = pause.failed();
    const refusal = error instanceof RelayRefusal ? error : undefined;
    attempt.notBeforeMs = performance.now() + waitMs;
    const detail = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    const isRefused = refusal?.isReverted || (error instanceof PlugpactError && error.code === 'gas.reverts');
    if (isRefused) attempt.refusals += 1;
    // A relay that does not know the call refuses it too; one that is busy asks for patience.
    if (isRefused || refusal?.waitMs === 0) attempt.givesBack = false;
    if (attempt.refusals >= NOTIFIED_AFTER_REFUSALS) this.#notices.refused(bookingId, fact, action, detail);
    if (refusal?.isTooLong) this.#notices.needsGas(bookingId, fact, action);
    if (!isFirst) return;
    this.#parts.log.warn(
      { bookingId, action, detail },
      'could not be sent yet: tried again with growing pauses',
    );
  }

  async #send(need: LedgerCall, attempt: Attempt): Promise<Hex> {
    const { ledger, account } = this.#parts;
    const hasGas = async () => (await ledger.client.getBalance({ address: account.address })) > 0n;
    if (attempt.relayed >= BELIEVED_RELAYS && (await hasGas())) return this.#directSender.send(need);
    try {
      const hash = await this.#relay(need.data);
      attempt.relayed += 1;
      return hash;
    } catch (relayError) {
      if (!(await hasGas())) throw relayError;
      return this.#directSender.send(need);
    }
  }

  /** A relay that asked us to wait is not used, whatever waits: meanwhile there is our own gas. */
  async #relay(data: Hex): Promise<Hex> {
    const { apiUrl, market } = this.#parts.config;
    const { at, refusal } = this.#relayPause;
    if (refusal !== undefined && performance.now() < at) throw refusal;
    try {
      return await relay(apiUrl, market, data);
    } catch (error) {
      // One that does not even answer is not asked again for each booking.
      const waitMs = error instanceof RelayRefusal ? error.waitMs : FIRST_PAUSE_MS;
      if (waitMs > 0) this.#relayPause = { at: performance.now() + waitMs, refusal: error };
      throw error;
    }
  }
}
