import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Hex } from 'viem';
import { EvidenceBundles } from '../../meter-agent/journal/evidence-bundles.ts';
import { Journal } from '../../meter-agent/journal/journal.ts';
import { SessionStore } from '../../meter-agent/journal/session-store.ts';
import { memoryFolder } from '../lib/memory-folder.ts';
import { ROOT } from '../lib/paths.ts';

/** A measured server in its own process. */
export interface Served {
  port: number;
  /** From its start until it listened. */
  startMs: number;
  child: ChildProcess;
  end(): Promise<void>;
}

/** idTag of a wallbox's booking. */
export const tagOf = (index: number): string => `BENCH${String(index).padStart(15, '0')}`;
export const chargePointIdOf = (index: number): string => `BENCH-${index}`;

const REF = { chainId: 31_337, market: `0x${'11'.repeat(20)}` } as const;
const AWAY = 'http://127.0.0.1:1';
const TARIFF = {
  pricePerKwh: 300_000n,
  pricePerHour: 0n,
  overstayPerHour: 0n,
  flatFee: 0n,
  overstayReserve: 0n,
  discountBp: 0n,
};
/** Nobody co-signs here, and samples are faster than any connector could charge: neither has a limit. */
const BOUNDLESS = 10n ** 18n;
const BOUNDLESS_W = 10_000_000_000;

const hex = (index: number): Hex => `0x${index.toString(16).padStart(64, '0')}`;

/** The journal of an agent with a booking on each of `count` wallboxes whose start secret has arrived. */
function prepare(dataDir: string, count: number): void {
  const journal = new Journal(dataDir);
  const windows = { reportSec: 600, challengeSec: 600, proofSec: 600 };
  journal.setNote('ledger', { ref: REF, windows, genesisHash: hex(0) });
  const sessions = new SessionStore(journal, new EvidenceBundles(journal, dataDir), { add() {} });
  const now = Math.floor(Date.now() / 1000);
  const [start, end] = [now - 60, now + 36_000];
  const times = {
    freeUntil: start,
    opens: start,
    start,
    noShowFrom: end,
    end,
    closes: end,
    reportBy: end + 600,
  };
  const money = { cap: BOUNDLESS, unsignedCost: BOUNDLESS, allowedCost: BOUNDLESS, firstTrustMax: BOUNDLESS };
  for (let index = 0; index < count; index++) {
    sessions.open({
      bookingId: hex(index + 1),
      listingId: hex(1),
      chargePointId: chargePointIdOf(index),
      connectorId: 1,
      driver: `0x${'33'.repeat(20)}`,
      sessionKey: `0x${'22'.repeat(20)}`,
      fullCurrentA: 16,
      limits: { tariff: TARIFF, ...money },
      maxPowerW: BOUNDLESS_W,
      sampleSec: 10,
      times,
    });
    sessions.receiveStartSecret(hex(index + 1), hex(9), tagOf(index), now);
    // After its first co-signature readings are made at the rate of most of a charge.
    const cosigned = { seq: 0, energyWh: 1, endedAt: end, cost: 300n };
    sessions.apply(hex(index + 1), { type: 'cosigned', ...cosigned, at: now });
  }
  journal.close();
}

async function serve(args: string[], isReady: (line: { msg?: string }) => boolean): Promise<Served> {
  const began = performance.now();
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await gone;
    clearTimeout(late);
  };
  for await (const text of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const line = JSON.parse(text) as { msg?: string; port: number };
    if (!isReady(line)) continue;
    child.stdout?.resume();
    return { port: line.port, startMs: Math.round(performance.now() - began), child, end };
  }
  throw new Error(`${args.at(-1)} ended before it listened.`);
}

/** What the agent connects to, if anything. */
export interface AgentConnections {
  rpcUrl?: string;
  /** Folder in which the journal's folder is made: in memory unless another one is given. */
  parent?: string;
}

/** A journal in memory: what is measured is the agent, not the disk of this machine. */
const MEMORY = memoryFolder() ?? tmpdir();

/**
 * The real agent of an unpacked archive, whose starter is `program`, with a session under way for each of `count`
 * wallboxes.
 */
export async function serveAgent(
  program: string,
  count: number,
  connections: AgentConnections = {},
): Promise<Served> {
  const dataDir = mkdtempSync(join(connections.parent ?? MEMORY, 'plugpact-bench-'));
  prepare(dataDir, count);
  const file = join(dataDir, 'config.json');
  const ocpp = { host: '127.0.0.1', port: 0 };
  const config = {
    rpcUrl: connections.rpcUrl ?? AWAY,
    apiUrl: AWAY,
    market: REF.market,
    ocpp,
    dataDir,
    status: { enabled: false },
  };
  writeFileSync(file, JSON.stringify({ ...config, acceptUnknownChargePoints: true }));
  const served = await serve([program, 'run', '--config', file], ({ msg }) => msg === 'listening');
  const end = async () => {
    await served.end();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { ...served, end };
}

export const serveFloor = (): Promise<Served> =>
  serve([join(ROOT, 'scripts/bench/baseline-server.ts')], () => true);

const CLOCK_TICKS_PER_SEC = 100;

/** Resident memory in MB (10^6 bytes) and processor time in seconds, as counted by the Linux kernel; 0 elsewhere. */
export function usageOf({ child }: Served): { rssMb: number; cpuSec: number } {
  try {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
    // proc(5): utime and stime are fields 14 and 15; the name in brackets may contain spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const rssKib = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
    const cpuTicks = Number(fields[11]) + Number(fields[12]);
    return { rssMb: Math.round((rssKib * 1024) / 1e6), cpuSec: cpuTicks / CLOCK_TICKS_PER_SEC };
  } catch {
    return { rssMb: 0, cpuSec: 0 };
  }
}
