import { rpc } from '../../lib/json-rpc.ts';
import { served } from '../measured.ts';
import type { HistoryOptions } from './history.ts';
import type { LedgerOptions } from './serve-ledger.ts';

/** A generated ledger that runs, and what it holds. */
export interface Ledger {
  url: string;
  lastBlock: number;
  events: number;
}

/** The history ends about now, so that its last bookings are open. */
const SEC_PER_BLOCK = 2;

/** Starts a ledger in a process of its own; it ends with this one. Gives the options from which all of it follows. */
export async function serveLedger(
  parts: Omit<HistoryOptions, 'genesisSec'>,
  keptBlocks = 1_000,
): Promise<Ledger & { history: HistoryOptions; end(): Promise<void> }> {
  const events = parts.listings + 3 * parts.bookings;
  const blocks = Math.ceil(events / parts.eventsPerBlock);
  const genesisSec = Math.floor(Date.now() / 1_000) - blocks * SEC_PER_BLOCK;
  const history: HistoryOptions = { ...parts, genesisSec };
  const options: LedgerOptions = { ...history, latencyMs: 0, keptBlocks };
  const ledger = await served('scripts/bench/generated/serve-ledger.ts', [JSON.stringify(options)]);
  const { lastBlock, events: count } = await rpc<Ledger>(ledger.url, 'bench_history');
  return { ...ledger, lastBlock, events: count, history };
}

const BLOCKS_AT_ONCE = 20;

/** Has the ledger encode all that it keeps, so that the first program that reads it waits no longer than the others. */
export async function encodeAll({ url, lastBlock }: Ledger): Promise<void> {
  for (let from = 0; from <= lastBlock; from += BLOCKS_AT_ONCE) {
    await rpc(url, 'bench_encode', [from, Math.min(lastBlock, from + BLOCKS_AT_ONCE - 1)]);
  }
}
