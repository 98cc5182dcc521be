import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { Agent } from '../agent.ts';
import type { AgentConfig } from '../config/config.ts';
import { readConfig } from '../config/file.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { dialAddresses } from './addresses.ts';
import { askStatus } from './ask-agent.ts';
import { isPowerMissing, learnPower } from './learn-power.ts';
import { newsOf } from './news.ts';
import { unlockedKey } from './passphrase.ts';
import type { Asker } from './questions.ts';

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
    console.log('The agent runs already.');
    await watch(config, hintAfterSec, end.signal);
    return 0;
  }
  console.log('Waiting for the wallbox (Ctrl-C ends it, and "init" goes on where it was).');
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
  console.log(`
The charger is listed, can be booked, and is served from here as long as this runs.
Start the agent for good with "plugpact-agent run", best as a service: it takes over from here by itself.`);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  console.log(
    'Ended here. Unless "plugpact-agent run" has taken over, start it now: the charger can still be booked.',
  );
  return 0;
}

/** Prints the log's warnings, each once: for example why a charge point was refused. */
function newLog() {
  const printed = new Set<string>();
  const write = (line: string) => {
    const { level, msg, chargePointId, detail, remedy } = JSON.parse(line) as Record<string, unknown>;
    const text = ['!', chargePointId, msg, detail, remedy].filter((part) => part !== undefined).join(' · ');
    if (Number(level) < WARN_LEVEL || printed.has(text)) return;
    printed.add(text);
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

const hintOf = ({ ocpp }: Snapshot): string => `
No wallbox has connected yet. What helps most often:
 - Is the wallbox in the same network as this machine, and did you restart it after the change?
 - Is its address ${dialAddresses(ocpp.host, ocpp.port, ocpp.isTls).join(' or ')}, and OCPP 1.6J or 2.0.1 chosen, not SOAP?
 - Does a firewall on this machine let TCP port ${ocpp.port} in? For instance: sudo ufw allow ${ocpp.port}/tcp
 - In a container: is port ${ocpp.port} published?
`;
