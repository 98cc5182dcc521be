import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { Agent } from '../agent.ts';
import type { AgentConfig } from '../config/config.ts';
import { readConfig } from '../config/file.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { dialWords } from './addresses.ts';
import { askStatus } from './ask-agent.ts';
import { isPowerMissing, learnPower } from './learn-power.ts';
import { newsOf } from './news.ts';
import { unlockedKey } from './passphrase.ts';
import type { Asker } from './questions.ts';
import { say } from './speech.ts';
import { type Logged, warningOf } from './warnings.ts';

const LOOK_MS = 300;
const WARN_LEVEL = 40;
/** The page gives the exact location right after listing; after this time we stop waiting for it. */
const PLACE_MS = 60_000;

/**
 * Listens and prints the events until a connector is listed, and serves it then until "run" takes over or somebody ends
 * it: what is listed can be booked.
 */
export async function waitForChargePoint(
  configFile: string,
  asker: Asker,
  hintAfterSec: number,
): Promise<number> {
  const end = new AbortController();
  const stop = () => end.abort();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const config = readConfig(configFile);
  if ((await askStatus(config.dataDir)) !== undefined) {
    console.log(say('cli.init.runsAlready'));
    await watch(config, hintAfterSec, end.signal);
    return 0;
  }
  console.log(say('cli.init.waiting'));
  const known = isPowerMissing(config)
    ? await serving(config, configFile, stop, () => learnPower(configFile, config, asker, end.signal))
    : config;
  if (end.signal.aborted) return 0;
  return serving(known, configFile, stop, () => untilTakenOver(known, hintAfterSec, end.signal));
}

/** Runs an agent meanwhile; `onTakeover` is called when a "run" wants its place. */
async function serving<T>(
  config: AgentConfig,
  configFile: string,
  onTakeover: () => void,
  work: () => Promise<T>,
): Promise<T> {
  const key = await unlockedKey(config.dataDir);
  const agent = new Agent(config, { log: newLog(), key, configFile, onTakeover });
  await agent.start();
  try {
    return await work();
  } finally {
    await agent.close();
  }
}

async function untilTakenOver(
  config: AgentConfig,
  hintAfterSec: number,
  signal: AbortSignal,
): Promise<number> {
  if (!(await watch(config, hintAfterSec, signal))) return 0;
  console.log(`\n${say('cli.init.listed')}\n${say('cli.init.forGood')}`);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  console.log(say('cli.init.ended'));
  return 0;
}

/** Prints the log's warnings, each once: for example why a charge point was refused. */
function newLog() {
  const printed = new Set<string>();
  const write = (line: string) => {
    const logged = JSON.parse(line) as Logged;
    const { key, text } = warningOf(logged, Math.floor(Date.now() / 1_000));
    if (Number(logged.level) < WARN_LEVEL || printed.has(key)) return;
    printed.add(key);
    console.log(text);
  };
  return pino({ level: 'info' }, { write });
}

/** True once a connector is listed. */
async function watch(config: AgentConfig, hintAfterSec: number, signal: AbortSignal): Promise<boolean> {
  const hintAt = performance.now() + hintAfterSec * 1000;
  let before: Snapshot | undefined;
  let isHinted = false;
  let listedAt: number | undefined;
  while (!signal.aborted) {
    const now = await askStatus(config.dataDir);
    if (now === undefined) return false;
    for (const line of newsOf(before, now)) console.log(line);
    const connectors = now.chargePoints.flatMap((chargePoint) => chargePoint.connectors);
    const listed = connectors.filter(({ listingId }) => listingId !== null);
    if (listed.length > 0) listedAt ??= performance.now();
    if (listed.some(({ hasLocation }) => hasLocation)) return true;
    if (listedAt !== undefined && performance.now() - listedAt >= PLACE_MS) return true;
    const isAlone = now.chargePoints.every(({ isOnline }) => !isOnline);
    if (isAlone && !isHinted && performance.now() >= hintAt) {
      isHinted = true;
      console.log(hintOf(now));
    }
    before = now;
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
  return listedAt !== undefined;
}

function hintOf({ ocpp: { host, port, isTls } }: Snapshot): string {
  const hints = [
    say('cli.init.hint.network'),
    say('cli.init.hint.address', { where: dialWords(host, port, isTls) }),
    say('cli.init.hint.firewall', { port, command: `sudo ufw allow ${port}/tcp` }),
    say('cli.init.hint.container', { port }),
  ];
  return ['', say('cli.init.hint'), ...hints.map((hint) => ` - ${hint}`), ''].join('\n');
}
