import { rpc } from '../../lib/json-rpc.ts';
import { MARKET } from '../generated/chain.ts';
import type { Ledger } from '../generated/start.ts';
import { indexedTo, type Measured, measured, printed } from '../measured.ts';
import type { FloorFigures } from './floor.ts';

/** Generous: a back-fill that takes longer is a fault. */
const TIMEOUT_MS = 3_600_000;

export interface BackFill {
  wallMs: number;
  cpuMs: number;
  peakMb: number;
  worstFreezeMs: number;
  worstFreezeCpuMs: number;
  complaints: string[];
}

export const readFloor = ({ url, lastBlock }: Ledger, spanBlocks: number): Promise<FloorFigures> =>
  printed('scripts/bench/index/floor.ts', [url, String(lastBlock), String(spanBlocks)]);

/** The real server over a generated ledger, with its default settings except for these variables. */
export const startServer = ({ url }: Pick<Ledger, 'url'>, env: Record<string, string>): Promise<Measured> =>
  measured('server/main.ts', { PORT: '0', RPC_URL: url, MARKET_ADDRESS: MARKET, DEPLOY_BLOCK: '1', ...env });

/**
 * How the real server follows all blocks of the ledger. It starts before they are there, so that its start does not
 * count.
 */
export async function backFill(ledger: Ledger, env: Record<string, string>): Promise<BackFill> {
  await rpc(ledger.url, 'bench_setHead', [1]);
  const server = await startServer(ledger, env);
  try {
    await indexedTo(server, 1, TIMEOUT_MS);
    server.forgetFreezes();
    const before = await server.usage();
    const began = performance.now();
    await rpc(ledger.url, 'bench_setHead', [ledger.lastBlock]);
    await indexedTo(server, ledger.lastBlock, TIMEOUT_MS);
    const wallMs = performance.now() - began;
    const { complaints } = server;
    const after = await server.usage();
    return { ...after, wallMs, cpuMs: after.cpuMs - before.cpuMs, complaints };
  } finally {
    await server.stop();
  }
}
