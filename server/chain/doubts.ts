import { setTimeout as delay } from 'node:timers/promises';
import { BranchMoved, ContradictoryAnswer } from '../../protocol/ledger/faults.ts';
import { LedgerContradiction } from './contradiction.ts';
import { type Contradiction, contradictionOf, isOver, noteContradiction } from './contradictions.ts';
import { type IndexFault, SecondReading, type SecondReadingOptions } from './second-reading.ts';
import { readLedger } from './versions.ts';

/** The second reading takes at most this share of the time, so that it loads the node little. */
const SECOND_READING_SHARE = 0.2;

const REASON = 'the events that were indexed are not those that were read later';

export interface DoubtsOptions extends SecondReadingOptions {
  pollMs: number;
  /** Called when a part of the index was found to be wrong: it is in `fault`. */
  onFault(): void;
}

/** What nodes contradict each other about, and which part of the index is wrong for it. */
export class Doubts {
  /** Must be taken back and read again. */
  fault: IndexFault | undefined;
  readonly #options: DoubtsOptions;
  readonly #secondReading: SecondReading;
  #contradiction: Contradiction | null = null;
  /** Ranges in a row whose events did not fit the index. */
  #misfits = 0;

  constructor(options: DoubtsOptions) {
    this.#options = options;
    this.#secondReading = new SecondReading(options);
  }

  /** What an earlier run found, and nothing has ended yet. */
  load(ledger: { contradiction: string | null }): void {
    this.#contradiction = contradictionOf(ledger);
  }

  /** All that was read up to now fits; the ledger goes on up to `head`. */
  async fits(head: number): Promise<void> {
    const { db, log } = this.#options;
    this.#misfits = 0;
    if (this.#contradiction === null) return;
    const ledger = await readLedger(db);
    if (ledger === undefined || !isOver(this.#contradiction, ledger, head)) return;
    log.info(this.#contradiction, 'the nodes contradict each other no more');
    await noteContradiction(db, null);
    this.#contradiction = null;
  }

  /** Notes a contradiction, and finds where the index is wrong. Returns whether the error is one. */
  async take(error: unknown): Promise<boolean> {
    const isMisfit = error instanceof LedgerContradiction;
    if (!isMisfit && !(error instanceof ContradictoryAnswer) && !(error instanceof BranchMoved)) return false;
    const { fromBlock, toBlock } = isMisfit ? { fromBlock: error.block, toBlock: error.block } : error;
    try {
      await this.note({ kind: 'answer', fromBlock, toBlock, reason: error.message });
      if (isMisfit) await this.#explainMisfit();
    } catch (failure) {
      // The node or the database fails while it is asked about the first failure: both are tried again.
      this.#options.log.warn({ err: failure }, 'the contradiction could not be looked into');
    }
    return true;
  }

  /** The fault is about to be taken back. */
  noteFault({ sound, toBlock }: IndexFault): Promise<void> {
    return this.note({ kind: 'history', fromBlock: sound + 1, toBlock, reason: REASON });
  }

  async note(found: Omit<Contradiction, 'since'>): Promise<void> {
    const { db, log } = this.#options;
    const since = this.#contradiction?.since ?? Math.floor(Date.now() / 1_000);
    if (this.#contradiction === null) log.warn(found, 'the nodes contradict each other');
    this.#contradiction = { ...found, since };
    await noteContradiction(db, this.#contradiction);
  }

  /** Reads history a second time whenever there is a head, which says that the index has reached it. */
  async verify(head: () => number | undefined, signal: AbortSignal): Promise<void> {
    const { pollMs } = this.#options;
    for (let pauseMs = pollMs; !signal.aborted; ) {
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      const startedMs = performance.now();
      const at = head();
      if (at !== undefined && this.fault === undefined) await this.#verifyNext(at);
      pauseMs = Math.max(pollMs, (performance.now() - startedMs) / SECOND_READING_SHARE);
    }
  }

  async #verifyNext(head: number): Promise<void> {
    try {
      const found = await this.#secondReading.next(head);
      if (typeof found === 'boolean') return found ? await this.fits(head) : undefined;
      this.fault = found;
      this.#options.onFault();
    } catch (error) {
      this.#options.log.debug({ err: error }, 'no second reading now');
      if (!(error instanceof ContradictoryAnswer)) return;
      const { fromBlock, toBlock, message: reason } = error;
      await this.note({ kind: 'history', fromBlock, toBlock, reason }).catch(() => undefined);
    }
  }

  /**
   * Events do not fit the index. The range may have been wrong, so it is read again at first; if it does not fit then
   * either, events before it are missing.
   */
  async #explainMisfit(): Promise<void> {
    this.#misfits += 1;
    if (this.#misfits < 2) return;
    // All of the history is long, so it is read at the 4th, 8th, 16th … time only.
    const isFromStart = this.#misfits >= 4 && (this.#misfits & (this.#misfits - 1)) === 0;
    this.fault = await this.#secondReading.findFault(isFromStart);
  }
}
