import type { Logger } from 'pino';
import { type Hex, type LocalAccount, parseGwei } from 'viem';
import type { AgentConfig } from '../config.ts';
import type { Connectors } from '../connectors.ts';
import type { BookingFact, LedgerFacts } from '../facts.ts';
import type { Journal } from '../journal.ts';
import type { Ledger } from '../ledger.ts';
import { GrowingPause } from '../pause.ts';
import { calldataOf } from './calldata.ts';
import { type Call, dueCall } from './due.ts';
import { type Need, OwnGas } from './own-gas.ts';
import { ownFacts, ownWord } from './own-word.ts';
import { RelayRefusal, relay } from './relay.ts';

/** What the host reads of each call. */
const SENTENCES: Record<Call, string> = {
  settle: 'the visit is settled on the ledger by a final reading that the driver co-signed',
  claim: 'the newest reading that the driver co-signed is claimed on the ledger',
  claimAlone: 'the driver did not co-sign the end: the final reading is claimed on your agent’s word alone',
  claimNoShow: 'nobody came: the no-show fee is claimed on the ledger',
  prove: 'the driver disputes the claim: the meter’s own signed record is shown to the ledger',
  finalise: 'the window of the claim is over: the ledger is asked to pay it out',
};

/** Time for the ledger to show what was sent, before it is sent again. */
const SHOWN_AFTER_MS = 20_000;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

interface Attempt {
  call: Call;
  notBeforeMs: number;
  pause: GrowingPause;
}

export interface PublisherParts {
  config: AgentConfig;
  account: LocalAccount;
  journal: Journal;
  ledger: Ledger;
  connectors: Connectors;
  nowSec: () => number;
  log: Logger;
}

/**
 * Brings readings to the ledger: through the API's relay, or by the agent key's own gas when it has some. Each look
 * compares the journal with the ledger, so that what was lost is sent again and nothing twice.
 */
export class Publisher {
  readonly #parts: PublisherParts;
  readonly #ownGas: OwnGas;
  readonly #attempts = new Map<Hex, Attempt>();
  #busy = false;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
    const { config, account, journal, ledger, nowSec, log } = parts;
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
    await this.#try(bookingId, call, () => calldataOf(call, { ref, account, bookingId, fact, newest, own }));
  }

  async #try(bookingId: Hex, call: Call, encode: () => Promise<Hex>): Promise<void> {
    const known = this.#attempts.get(bookingId);
    const attempt =
      known?.call === call
        ? known
        : { call, notBeforeMs: 0, pause: new GrowingPause(FIRST_PAUSE_MS, LONGEST_PAUSE_MS) };
    this.#attempts.set(bookingId, attempt);
    if (performance.now() < attempt.notBeforeMs) return;
    try {
      const transactionHash = await this.#send({ bookingId, call, data: await encode() });
      attempt.notBeforeMs = performance.now() + SHOWN_AFTER_MS;
      this.#parts.log.info({ bookingId, call, transactionHash }, SENTENCES[call]);
    } catch (error) {
      const { waitMs, isFirst } = attempt.pause.failed();
      const wantedMs = error instanceof RelayRefusal ? error.waitMs : 0;
      attempt.notBeforeMs = performance.now() + Math.max(waitMs, wantedMs);
      const detail = error instanceof Error ? error.message.split('\n')[0] : String(error);
      if (isFirst)
        this.#parts.log.warn(
          { bookingId, call, detail },
          'could not be sent yet: tried again with growing pauses',
        );
    }
  }

  async #send(need: Need): Promise<Hex> {
    const { config, ledger, account } = this.#parts;
    try {
      return await relay(config.apiUrl, config.market, need.data);
    } catch (relayError) {
      const balance = await ledger.client.getBalance({ address: account.address });
      if (balance === 0n) throw relayError;
      return this.#ownGas.send(need);
    }
  }
}
