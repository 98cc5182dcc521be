import type { Logger } from 'pino';
import { type Account, createWalletClient, defineChain, encodeFunctionData, type Hex, http } from 'viem';
import { plugpactMarketAbi } from '../protocol/abi.ts';
import { fromBookingStruct, PHASE, type StateHead, unpackHead } from '../protocol/booking.ts';
import { settleCall } from '../protocol/calls.ts';
import { costRoundedDown } from '../protocol/cost.ts';
import { toReadingStruct } from '../protocol/reading.ts';
import { toCompact } from '../protocol/signature.ts';
import { bookingTimes, challengeEnd, type MarketWindows, proofEnd } from '../protocol/slots.ts';
import { fromTermsStruct } from '../protocol/terms.ts';
import type { AgentConfig } from './config.ts';
import type { Journal, StoredReading } from './journal.ts';
import type { BookingFact, Ledger, LedgerFacts } from './ledger.ts';
import { GrowingPause } from './pause.ts';

type Call = 'settle' | 'claim' | 'finalise';

/** A claim leaves the driver this part of the reporting window to co-sign the final reading. */
const CLAIM_PART = 0.75;

/** Time for the ledger to show what was sent, before it is sent again. */
const SHOWN_AFTER_MS = 20_000;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;

interface Attempt {
  call: Call;
  notBeforeMs: number;
  pause: GrowingPause;
}

/** What a booking needs of the ledger now, if anything. Pure. `headSec` is the newest block's time. */
export function dueCall(
  fact: BookingFact,
  newest: StoredReading | undefined,
  { windows }: Pick<LedgerFacts, 'windows'>,
  headSec: number,
): Call | undefined {
  if (fact.ended !== null) return undefined;
  const booking = fromBookingStruct(fact.booking);
  const terms = fromTermsStruct(booking.terms);
  const times = bookingTimes(booking, terms.bookingTerms, windows);
  const head = unpackHead(fact.state.head);
  const isReserved = head.phase === PHASE.RESERVED;
  const isOpen = headSec < (isReserved ? times.reportBy : windowEnd(head, times.closes, windows));
  if (newest?.reading.isFinal && isOpen) return 'settle';
  if (!isReserved && !isOpen) return 'finalise';
  // Somebody claimed an older reading than the newest co-signed one: it is replaced once no newer can come.
  if (!isReserved) {
    return newest && newest.reading.seq > head.cosignedSeq && headSec >= times.closes ? 'claim' : undefined;
  }
  const cost = newest && costRoundedDown(terms.tariff, newest.reading, booking.money.cap);
  const claimFrom = times.closes + Math.floor(windows.reportSec * CLAIM_PART);
  return isOpen && headSec >= claimFrom && cost !== undefined && cost > 0n ? 'claim' : undefined;
}

/** When a claim, or the challenge of one, ends by itself (unix seconds). */
const windowEnd = (head: StateHead, closes: number, windows: MarketWindows): number =>
  head.phase === PHASE.CHALLENGED
    ? proofEnd(Number(head.challengedAt), closes, windows)
    : challengeEnd(Number(head.claimedAt), closes, windows);

/**
 * Brings readings to the ledger: through the API's relay, or by the agent key's own gas when it has some. Each look
 * compares the journal with the ledger, so that what was lost is sent again and nothing twice.
 */
export class Publisher {
  readonly #config: AgentConfig;
  readonly #account: Account;
  readonly #journal: Journal;
  readonly #ledger: Ledger;
  readonly #log: Logger;
  readonly #attempts = new Map<Hex, Attempt>();
  #busy = false;

  constructor(config: AgentConfig, account: Account, journal: Journal, ledger: Ledger, log: Logger) {
    this.#config = config;
    this.#account = account;
    this.#journal = journal;
    this.#ledger = ledger;
    this.#log = log;
  }

  /** Looks at every open booking once; calls while a look is under way are left out. */
  async look(headSec: number): Promise<void> {
    const facts = this.#ledger.facts;
    if (this.#busy || facts === undefined) return;
    this.#busy = true;
    try {
      const open = this.#ledger.openBookings();
      // What the ledger ended is forgotten: if it loses the end, it is sent again without waiting.
      const ids = new Set(open.map(({ bookingId }) => bookingId));
      for (const bookingId of this.#attempts.keys())
        if (!ids.has(bookingId)) this.#attempts.delete(bookingId);
      for (const { bookingId, fact } of open) {
        const newest = this.#journal.newestCosigned(bookingId);
        const call = dueCall(fact, newest, facts, headSec);
        if (call === undefined) this.#attempts.delete(bookingId);
        else await this.#try(bookingId, call, this.#calldata(call, fact, newest));
      }
    } finally {
      this.#busy = false;
    }
  }

  #calldata(call: Call, fact: BookingFact, newest: StoredReading | undefined): Hex {
    const { booking, state } = fact;
    const abi = plugpactMarketAbi;
    if (call === 'finalise')
      return encodeFunctionData({ abi, functionName: 'finalise', args: [booking, state] });
    const { reading, agentSignature, sessionSignature } = newest as StoredReading;
    const report = {
      reading: toReadingStruct(reading),
      agentSignature: toCompact(agentSignature as Hex),
      sessionSignature: toCompact(sessionSignature as Hex),
    };
    if (call === 'settle') {
      return encodeFunctionData({ abi, ...settleCall({ booking, ...report }, state) } as never);
    }
    const args = [booking, state, report.reading, report.agentSignature, report.sessionSignature] as const;
    return encodeFunctionData({ abi, functionName: call, args });
  }

  async #try(bookingId: Hex, call: Call, data: Hex): Promise<void> {
    const known = this.#attempts.get(bookingId);
    const attempt =
      known?.call === call
        ? known
        : { call, notBeforeMs: 0, pause: new GrowingPause(FIRST_PAUSE_MS, LONGEST_PAUSE_MS) };
    this.#attempts.set(bookingId, attempt);
    if (performance.now() < attempt.notBeforeMs) return;
    try {
      const transactionHash = await this.#send(data);
      attempt.notBeforeMs = performance.now() + SHOWN_AFTER_MS;
      this.#log.info({ bookingId, call, transactionHash }, 'sent to the ledger');
    } catch (error) {
      const { waitMs, isFirst } = attempt.pause.failed();
      attempt.notBeforeMs = performance.now() + waitMs;
      const detail = error instanceof Error ? error.message.split('\n')[0] : String(error);
      if (isFirst)
        this.#log.warn({ bookingId, call, detail }, 'could not be sent yet: tried again with growing pauses');
    }
  }

  async #send(data: Hex): Promise<Hex> {
    try {
      return await this.#relay(data);
    } catch (relayError) {
      const balance = await this.#ledger.client.getBalance({ address: this.#account.address });
      if (balance === 0n) throw relayError;
      return this.#sendByOwnGas(data);
    }
  }

  async #relay(data: Hex): Promise<Hex> {
    const response = await fetch(new URL('/api/v1/relay', this.#config.apiUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ to: this.#config.market, data }),
      signal: AbortSignal.timeout(30_000),
    });
    const answer = (await response.json()) as { transactionHash?: Hex; detail?: string };
    if (!response.ok || answer.transactionHash === undefined) {
      throw new Error(`The relay answered ${response.status}: ${answer.detail ?? 'no transaction'}`);
    }
    return answer.transactionHash;
  }

  async #sendByOwnGas(data: Hex): Promise<Hex> {
    const { rpcUrl, market } = this.#config;
    const id = this.#ledger.facts?.ref.chainId ?? 0;
    const nativeCurrency = { name: 'Ether', symbol: 'ETH', decimals: 18 };
    const chain = defineChain({
      id,
      name: `chain ${id}`,
      nativeCurrency,
      rpcUrls: { default: { http: [rpcUrl] } },
    });
    const wallet = createWalletClient({ account: this.#account, chain, transport: http(rpcUrl) });
    return wallet.sendTransaction({ to: market, data });
  }
}
