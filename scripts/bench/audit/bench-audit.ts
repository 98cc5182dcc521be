import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AUDIT_FLAGS from '../../../audit/node-flags.json' with { type: 'json' };
import { deployTestMarket, type TestMarket } from '../../client/local-market.ts';
import { startAnvil } from '../../lib/anvil.ts';
import { type Bench, rounded } from '../figures.ts';
import type { Run } from './measured.ts';
import { seedLedger } from './seed.ts';

export const AUDIT_DEFAULTS = { sessions: 4_000 };

const SLOT_SEC = 900;
/** Sessions that run at the same time in the seeded ledger. */
const AT_ONCE = 100;

/** Starts the ledger so that its last sessions end about now. */
function firstSec(sessions: number): number {
  const slots = Math.ceil((1.01 * sessions) / AT_ONCE) + 4;
  return Math.floor(Date.now() / 1_000) - slots * SLOT_SEC;
}

/** Of what a program says, for the case that it fails. */
const KEPT_CHARACTERS = 2_000;

/** Runs the program or its floor in a process of its own, which is alone when it is measured. */
async function measured(...args: string[]): Promise<Run> {
  const file = join(import.meta.dirname, 'measured.ts');
  const execArgv = [...process.execArgv, ...AUDIT_FLAGS];
  const child = fork(file, args, { execArgv, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-KEPT_CHARACTERS);
  });
  const [run] = (await once(child, 'message')) as [Run];
  if (run.code !== 0) throw new Error(`The bench's ${args[0]} ended with ${run.code}: ${said}`);
  return run;
}

/**
 * How many sessions the audit recomputes in a second, all its checks included, next to reading the same logs and recovering
 * both signatures of each session in one thread; and how long it takes again from a checkpoint with 1 % more.
 */
export async function benchAudit({ sessions } = AUDIT_DEFAULTS): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'plugpact-bench-audit-'));
  const anvil = await startAnvil({ more: ['--timestamp', String(firstSec(sessions))] });
  try {
    const market = await deployTestMarket(anvil.url);
    const ledger = await seedLedger(market);
    await ledger.add(sessions);
    const args = ['--rpc', anvil.url, '--market', market.market, '--max-age', '10000h'];
    const whole = await measured('audit', ...args, '--json', '--checkpoint', join(folder, 'checkpoint'));
    const floor = await measured('floor', anvil.url, String(market.chainId), market.market);
    await ledger.add(Math.ceil(sessions / 100));
    const again = await measured('audit', ...args, '--json', '--checkpoint', join(folder, 'checkpoint'));
    return resultOf(sessions, { whole, floor, again }, market);
  } finally {
    await anvil.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Runs = Record<'whole' | 'floor' | 'again', Run>;

function resultOf(sessions: number, { whole, floor, again }: Runs, { market }: TestMarket): Bench {
  const perSecond = ({ wallMs }: Run) => rounded((sessions * 1_000) / wallMs, 1);
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
  return {
    figures: {
      sessions,
      sessionsPerSecond: perSecond(whole),
      floorPerSecond: perSecond(floor),
      ratio: rounded(whole.wallMs / floor.wallMs, 3),
      peakMb: Math.ceil(whole.peakMb),
      againRatio: rounded(again.wallMs / whole.wallMs, 3),
    },
    notes: [
      `${market}: audit ${seconds(whole.wallMs)} (processor ${seconds(whole.cpuMs)}), floor ${seconds(floor.wallMs)}`,
      `(processor ${seconds(floor.cpuMs)}), again with 1 % more ${seconds(again.wallMs)} (processor ${seconds(again.cpuMs)})`,
    ],
  };
}
