import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ChargerSummary } from '../../../protocol/api.ts';
import { stopChild } from '../../lib/child.ts';
import { ROOT } from '../../lib/paths.ts';
import { waitFor } from '../../lib/wait.ts';
import type { HistoryOptions } from '../generated/history.ts';
import type { Ledger } from '../generated/start.ts';
import { indexedTo, type Measured } from '../measured.ts';
import { startServer } from './back-fill.ts';
import type { SenderOptions } from './heartbeat-sender.ts';

const TIMEOUT_MS = 600_000;
const POLL_MS = 200;

export interface HeartbeatOptions {
  agents: number;
  /** Heartbeats of each agent, and the first of them, which compile what the others run and are not measured. */
  rounds: number;
  warmUpRounds: number;
  /** More than any server here handles. */
  perSecond: number;
}

export interface HeartbeatFigures {
  perSecond: number;
  /** Processor time of all servers together. */
  cpuMsPerHeartbeat: number;
}

async function countOf(wanted: ChargerSummary['status'], { port }: Measured): Promise<number> {
  const world = `http://127.0.0.1:${port}/api/v1/chargers?bbox=-180,-85,180,85&limit=1000`;
  const { chargers } = (await (await fetch(world)).json()) as { chargers: ChargerSummary[] };
  return chargers.filter(({ status }) => status === wanted).length;
}

const usedMs = async (servers: readonly Measured[]): Promise<number> =>
  (await Promise.all(servers.map((server) => server.usage()))).reduce((sum, { cpuMs }) => sum + cpuMs, 0);

/** Resolves when the map shows what the last heartbeat of each agent says: all of them are handled then. */
const handled = (server: Measured, agents: number, last: ChargerSummary['status']) =>
  waitFor('all heartbeats to be handled', async () => (await countOf(last, server)) === agents, {
    timeoutMs: TIMEOUT_MS,
    pollMs: POLL_MS,
  });

async function send(
  sender: ChildProcess,
  servers: readonly Measured[],
  { agents, rounds, warmUpRounds }: HeartbeatOptions,
): Promise<HeartbeatFigures> {
  sender.send('warmUp');
  await handled(servers[0]!, agents, 'BLOCKED');
  const before = await usedMs(servers);
  const began = performance.now();
  sender.send('go');
  await handled(servers[0]!, agents, 'CHARGING');
  const seconds = (performance.now() - began) / 1_000;
  const cpuMs = (await usedMs(servers)) - before;
  const count = agents * (rounds - warmUpRounds);
  return { perSecond: Math.round(count / seconds), cpuMsPerHeartbeat: cpuMs / count };
}

/** Signed heartbeats that so many server processes handle, of agents that all hang on this database. */
export async function heartbeats(
  ledger: Ledger,
  history: HistoryOptions,
  env: Record<string, string>,
  processes: number,
  options: HeartbeatOptions,
): Promise<HeartbeatFigures> {
  const servers: Measured[] = [];
  let sender: ChildProcess | undefined;
  try {
    for (let server = 0; server < processes; server++) servers.push(await startServer(ledger, env));
    for (const server of servers) await indexedTo(server, ledger.lastBlock, TIMEOUT_MS);
    const told: SenderOptions = { history, ports: servers.map(({ port }) => port), ...options };
    sender = fork(join(ROOT, 'scripts/bench/index/heartbeat-sender.ts'), [JSON.stringify(told)]);
    const [said] = await Promise.race([once(sender, 'message'), once(sender, 'exit')]);
    if (said !== 'ready') throw new Error('The agents could not connect.');
    return await send(sender, servers, options);
  } finally {
    if (sender !== undefined) await stopChild(sender);
    await Promise.all(servers.map((server) => server.stop()));
  }
}
