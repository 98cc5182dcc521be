import type { Logger } from 'pino';
import { type Hex, type LocalAccount, parseGwei } from 'viem';
import { PlugpactError } from '../../protocol/errors.ts';
import type { Notice } from '../../protocol/link.ts';
import type { AgentConfig } from '../config/config.ts';
import type { Presence } from '../connectors/no-show-evidence.ts';
import type { Journal } from '../journal/journal.ts';
import type { Ledger } from '../ledger/ledger-follower.ts';
import { GrowingPause } from '../lib/backoff.ts';
import type { BookingFact, LedgerFacts } from '../session/booking-facts.ts';
import { calldataOf } from './calldata.ts';
import { riskOf, stakeOf } from './claim-value.ts';
import { type Need, OwnGas } from './direct-sender.ts';
import { type Call, dueCall, momentOf } from './next-action.ts';
import { RelayRefusal, relay } from './relay.ts';
import { Telling } from './settlement-notices.ts';
import { ownFacts, ownWord } from './unilateral-claim.ts';

/** Time for the ledger to show what was sent, before it is sent again. */
const SHOWN_AFTER_MS = 20_000;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

/** A relay that says so often to have sent what the ledger then does not show is not believed while there is own gas. */
const BELIEVED_RELAYS = 2;

/** So often in vain before people hear of it. */
const TOLD_AFTER_REFUSALS = 3;

interface Attempt {
  call: Call;
  tries: number;
  refusals: number;
  /** How often the relay said that it sent it. */
  relayed: number;
  notBeforeMs: number;
  pause: GrowingPause;
}

export interface PublisherParts {
  config: AgentConfig;
  account: LocalAccount;
  journal: Journal;
  ledger: Ledger;
  presence: Presence;
  notice: (notice: Notice) => void;
  nowSec: () => number;
  log: Logger;
}

/**
 * Brings readings to the ledger: through the API's relay, or by the agent key's own gas when it has some. Each look
 * compares the journal with the ledger, so that what was lost is sent again and nothing twice.
 */
export class Publisher {
  readonly #parts: PublisherParts;
  readonly #telling: Telling;
  readonly #ownGas: OwnGas;
  readonly #attempts = new Map<Hex, Attempt>();
  #relayPause: { at: number; refusal: unknown } = { at: 0, refusal: undefined };
  #busy = false;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
    const { config, account, journal, ledger, notice, nowSec, log } = parts;
    this.#telling = new Telling({ journal, agentKey: account.address, notice, nowSec });
    this.#ownGas = new OwnGas({
      client: ledger.client,
      account,
      market: config.market,
      chainId: () => ledger.facts?.ref.chainId ?? 0,
      journal,
      maxFeePerGas: parseGwei(String(config.maxFeePerGasGwei)),
      nowSec,
      log,
    });
  }

  /** Looks at every open booking once; calls while a look is under way are left out. */
  async look(headSec: number): Promise<void> {
    const { ledger } = this.#parts;
    const { facts } = ledger;
    if (this.#busy || facts === undefined) return;
    this.#busy = true;
    try {
      const open = ledger.openBookings();
      // What the ledger ended is forgotten: if it loses the end, it is sent again without waiting.
      const ids = new Set(open.map(({ bookingId }) => bookingId));
      for (const bookingId of this.#attempts.keys())
        if (!ids.has(bookingId)) this.#attempts.delete(bookingId);
      this.#telling.look((bookingId) => ledger.booking(bookingId));
      for (const { bookingId, fact } of open) await this.#bring(bookingId, fact, facts, headSec);
    } finally {
      this.#busy = false;
    }
  }

  async #bring(bookingId: Hex, fact: BookingFact, facts: LedgerFacts, headSec: number): Promise<void> {
    const { account, journal } = this.#parts;
    const newest = journal.newestCosigned(bookingId);
    const own = ownWord(this.#parts, bookingId, fact);
    const call = dueCall(fact, newest, ownFacts(own), facts, headSec);
    if (call === undefined) {
      this.#attempts.delete(bookingId);
      return;
    }
    const { ref } = facts;
    const moment = momentOf(fact, facts.windows, headSec);
    const stake = stakeOf(call, fact, moment, newest, own.final);
    const attempt = this.#attemptOf(bookingId, call);
    const { isNear, endsAt } = riskOf(call, moment);
    if (isNear && attempt.tries >= 2) this.#telling.atRisk(bookingId, fact, call, stake, endsAt);
    if (performance.now() < attempt.notBeforeMs) return;
    attempt.tries += 1;
    try {
      const data = await calldataOf(call, { ref, account, bookingId, fact, newest, own });
      const transactionHash = await this.#send({ bookingId, call, data }, attempt);
      attempt.notBeforeMs = performance.now() + SHOWN_AFTER_MS;
      this.#parts.log.info({ bookingId, call, transactionHash }, 'sent to the ledger');
      this.#telling.sent(bookingId, fact, call, stake);
    } catch (error) {
      this.#failed(bookingId, fact, attempt, error);
    }
  }

  #attemptOf(bookingId: Hex, call: Call): Attempt {
    const known = this.#attempts.get(bookingId);
    if (known?.call === call) return known;
    const pause = new GrowingPause(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
    const attempt = { call, tries: 0, refusals: 0, relayed: 0, notBeforeMs: 0, pause };
    this.#attempts.set(bookingId, attempt);
    return attempt;
  }

  #failed(bookingId: Hex, fact: BookingFact, attempt: Attempt, error: unknown): void {
    const { call, pause } = attempt;
    const { waitMs, isFirst } = pause.failed();
    const refusal = error instanceof RelayRefusal ? error : undefined;
    attempt.notBeforeMs = performance.now() + waitMs;
    const detail = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    const isRefused = refusal?.isReverted || (error instanceof PlugpactError && error.code === 'gas.reverts');
    if (isRefused) attempt.refusals += 1;
    if (attempt.refusals >= TOLD_AFTER_REFUSALS) this.#telling.refused(bookingId, fact, call, detail);
    if (refusal?.isTooLong) this.#telling.needsGas(bookingId, fact, call);
    if (!isFirst) return;
    this.#parts.log.warn(
      { bookingId, call, detail },
      'could not be sent yet: tried again with growing pauses',
    );
  }

  async #send(need: Need, attempt: Attempt): Promise<Hex> {
    const { ledger, account } = this.#parts;
    const hasGas = async () => (await ledger.client.getBalance({ address: account.address })) > 0n;
    if (attempt.relayed >= BELIEVED_RELAYS && (await hasGas())) return this.#ownGas.send(need);
    try {
      const hash = await this.#relay(need.data);
      attempt.relayed += 1;
      return hash;
    } catch (relayError) {
      if (!(await hasGas())) throw relayError;
      return this.#ownGas.send(need);
    }
  }

  /** A relay that wants to be left in peace is, whatever waits: meanwhile there is our own gas. */
  async #relay(data: Hex): Promise<Hex> {
    const { apiUrl, market } = this.#parts.config;
    const { at, refusal } = this.#relayPause;
    if (refusal !== undefined && performance.now() < at) throw refusal;
    try {
      return await relay(apiUrl, market, data);
    } catch (error) {
      // One that does not even answer is not asked anew for each booking.
      const waitMs = error instanceof RelayRefusal ? error.waitMs : FIRST_PAUSE_MS;
      if (waitMs > 0) this.#relayPause = { at: performance.now() + waitMs, refusal: error };
      throw error;
    }
  }
}
