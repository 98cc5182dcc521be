import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentConfig } from '../config/config.ts';
import { readConfig } from '../config/file.ts';
import type { Snapshot } from '../status/snapshot.ts';
import { askStatus } from './ask-agent.ts';
import { powerOf } from './new-config.ts';
import { usageError } from './options.ts';
import type { Asker } from './questions.ts';
import { say } from './speech.ts';

const LOOK_MS = 300;
/** By then a wallbox that has connected has answered what it is asked for. */
const ANSWER_MS = 20_000;

/** Whether no maximum power is configured: neither for a connector nor for those that are not named. */
export const isPowerMissing = ({ chargePoints, defaultMaxPowerW, mqtt }: AgentConfig): boolean =>
  defaultMaxPowerW === undefined &&
  mqtt === undefined &&
  Object.values(chargePoints).every(({ connectors }) => Object.keys(connectors).length === 0);

/**
 * Reads the power from the wallbox that connects, or asks for it, and writes it into the configuration, before anything
 * is listed with it. Throws PlugpactError `agent.usage` where neither gives it.
 */
export async function learnPower(
  configFile: string,
  config: AgentConfig,
  asker: Asker,
  signal: AbortSignal,
): Promise<AgentConfig> {
  const reported = await reportedPower(config.dataDir, signal);
  if (signal.aborted) return config;
  if (reported !== undefined) console.log(say('cli.init.powerNamed', { watts: reported }));
  const maxPowerW = reported ?? (await askPower(asker));
  writePower(configFile, maxPowerW);
  console.log(say('cli.init.powerWrote', { watts: maxPowerW, file: configFile }));
  return readConfig(configFile);
}

const askPower = (asker: Asker): Promise<number> =>
  asker.answer({
    flag: 'power-w',
    text: say('cli.ask.power.label'),
    check: powerOf,
  });

/** What the first wallbox reports; undefined when it has connected and does not name it. */
async function reportedPower(dataDir: string, signal: AbortSignal): Promise<number | undefined> {
  let connectedMs: number | undefined;
  while (!signal.aborted) {
    const connectors = connectorsOf(await askStatus(dataDir));
    const found = connectors.find(({ health }) => health.maxPowerW !== undefined);
    if (found !== undefined) return found.health.maxPowerW;
    if (connectors.length > 0) connectedMs ??= performance.now();
    if (connectedMs !== undefined && performance.now() - connectedMs >= ANSWER_MS) return undefined;
    await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

const connectorsOf = (snapshot: Snapshot | undefined) =>
  (snapshot?.chargePoints ?? []).filter(({ isOnline }) => isOnline).flatMap(({ connectors }) => connectors);

/** In the place of the commented default, where the file has one. */
function writePower(configFile: string, maxPowerW: number): void {
  const text = readFileSync(configFile, 'utf8');
  const line = `defaultMaxPowerW: ${maxPowerW}`;
  const commented = /^# defaultMaxPowerW:.*$/m;
  const next = commented.test(text) ? text.replace(commented, line) : `${text.trimEnd()}\n${line}\n`;
  writeFileSync(configFile, next, { mode: 0o600 });
}

/** A configuration that names no power gets the one of the command line. */
export function withGivenPower(configFile: string, given: string | undefined): AgentConfig {
  const config = readConfig(configFile);
  if (given === undefined || !isPowerMissing(config)) return config;
  writePower(configFile, powerOf(given));
  return readConfig(configFile);
}

/** Where nobody waits for a wallbox, nobody can ask it. */
export const powerMissing = (): Error =>
  usageError(say('cli.init.powerMissing'), say('cli.init.powerMissing.remedy'));
