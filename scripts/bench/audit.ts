import { performance } from 'node:perf_hooks';
import { auditLedger } from '../../audit/audit-ledger.ts';
import { ledgerClient } from '../../audit/ledger/read-ledger.ts';
import { readLogs } from '../../audit/ledger/read-logs.ts';
import { decodeLogs } from '../../audit/rules/events.ts';
import { deployTestMarket, type TestMarket } from '../client/local-market.ts';
import { startAnvil } from '../lib/anvil.ts';
import type { Figures } from './figures.ts';
import { makePair, runSession, toNextSlot } from './sessions.ts';

const PAIRS = 5;
const SESSIONS_PER_PAIR = 8;

/** Number of measurements, alternating with the baseline; the median counts. */
const RUNS = 5;

/**
 * Sessions that the audit recomputes in a second, with signatures checked and storage compared, next to only reading
 * and decoding the same logs in the same run.
 */
export async function benchAudit(): Promise<Figures> {
  const anvil = await startAnvil();
  try {
    const market = await deployTestMarket(anvil.url);
    await runSessions(market);
    const audits: number[] = [];
    const floors: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      audits.push(await timeMs(() => requireReconciled(market)));
      floors.push(await timeMs(() => readBare(market)));
    }
    const sessions = PAIRS * SESSIONS_PER_PAIR;
    const perSec = (ms: number) => Math.round((sessions * 1_000) / ms);
    const [auditMs, floorMs] = [median(audits), median(floors)];
    return {
      sessions,
      sessionsPerSec: perSec(auditMs),
      floors: { getLogsAndDecodeSessionsPerSec: perSec(floorMs) },
      ratiosPermille: { auditToFloorTime: Math.round((auditMs * 1_000) / floorMs) },
    };
  } finally {
    await anvil.stop();
  }
}

async function runSessions(market: TestMarket): Promise<void> {
  const pairs = [];
  for (let pair = 0; pair < PAIRS; pair++) pairs.push(await makePair(market));
  for (let session = 0; session < SESSIONS_PER_PAIR; session++) {
    await toNextSlot(market);
    await Promise.all(pairs.map(runSession));
  }
}

async function requireReconciled({ rpcUrl, market }: TestMarket): Promise<void> {
  const { reconciles, sessions } = await auditLedger({ rpcUrl, market });
  if (!reconciles || sessions !== PAIRS * SESSIONS_PER_PAIR)
    throw new Error('The ledger does not reconcile.');
}

async function readBare({ rpcUrl, market }: TestMarket): Promise<void> {
  const client = ledgerClient(rpcUrl);
  decodeLogs(await readLogs(client, { address: market, from: 0n, until: await client.getBlockNumber() }));
}

async function timeMs(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
