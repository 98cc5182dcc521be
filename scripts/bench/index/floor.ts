// The floor of the back-fill: viem fetches and decodes the same logs in ranges as the server asks for them, and nothing
// is stored. Takes the ledger's URL, its last block and the blocks of one range; prints what it used as JSON.
import { type Address, createPublicClient, http, parseEventLogs } from 'viem';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import { MARKET } from '../generated/chain.ts';

export interface FloorFigures {
  events: number;
  wallMs: number;
  cpuMs: number;
  peakMb: number;
}

/** The ledger makes its logs when they are asked for first, on a machine that may do other things. */
const TIMEOUT_MS = 120_000;

async function readAll(url: string, lastBlock: number, spanBlocks: number): Promise<number> {
  const client = createPublicClient({ transport: http(url, { retryCount: 0, timeout: TIMEOUT_MS }) });
  let events = 0;
  for (let from = 1; from <= lastBlock; from += spanBlocks) {
    const to = Math.min(lastBlock, from + spanBlocks - 1);
    const range = { fromBlock: BigInt(from), toBlock: BigInt(to) };
    const logs = await client.getLogs({ address: MARKET as Address, ...range });
    events += parseEventLogs({ abi: plugpactMarketAbi, logs, strict: true }).length;
  }
  return events;
}

const [url = '', lastBlock = '', spanBlocks = ''] = process.argv.slice(2);
const before = process.cpuUsage();
const began = performance.now();
const events = await readAll(url, Number(lastBlock), Number(spanBlocks));
const wallMs = performance.now() - began;
const { user, system } = process.cpuUsage(before);
const peakMb = Math.round((process.resourceUsage().maxRSS * 1_024) / 1e6);
const figures: FloorFigures = { events, wallMs, cpuMs: (user + system) / 1_000, peakMb };
console.log(JSON.stringify(figures));
