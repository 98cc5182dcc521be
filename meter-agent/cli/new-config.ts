import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { configJsonSchema } from '../config/check.ts';
import { configSchema } from '../config/config.ts';
import { parseConfigText } from '../config/file.ts';
import { keyFile, keystoreFile } from '../key/key.ts';
import { checkedBy } from './checked-by.ts';
import { configText } from './config-text.ts';
import { gatherForward } from './new-forward.ts';
import { gatherLedger } from './new-ledger.ts';
import type { LaunchContext } from './options.ts';
import { isFree } from './port.ts';
import type { Asker } from './questions.ts';
import { say } from './speech.ts';

const OCPP_PORT = 8_180;
const STATUS_PORT = 8_181;
const PORTS_TRIED = 50;
/** A new key cannot have been listed before now; these blocks are a margin for a reorganisation. */
const REORG_BLOCKS = 64;

/** Asks for the necessary values and writes the configuration, commented, with its schema for editors beside it. */
export async function writeNewConfig(file: string, asker: Asker, surroundings: LaunchContext): Promise<void> {
  const { values, standing } = await gather(asker, file, surroundings);
  const folder = dirname(file);
  const schemaFile = `${basename(file, extname(file))}.schema.json`;
  const text = configText(values, schemaFile, standing);
  parseConfigText(text, file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, schemaFile), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  // It may later contain passwords of wallboxes.
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
}

async function gather(asker: Asker, file: string, surroundings: LaunchContext) {
  const { head, isLocal, standing, values: ledger } = await gatherLedger(asker, surroundings);
  const dataDir = await asker.answer({
    flag: 'data',
    text: say('cli.ask.data'),
    fallback: 'data',
    check: (answer) => checkedBy(configSchema.shape.dataDir, answer, 'cli.ask.rule.folder'),
  });
  const values = {
    ...ledger,
    deployBlock: await firstBlock(asker, resolve(dirname(file), dataDir), head),
    ...(await gatherOcpp(asker)),
    dataDir,
    ...(await gatherChargePoint(asker)),
    ...(isLocal ? { confirmations: 1 } : {}),
    status: { enabled: true, port: await freePort(STATUS_PORT) },
  };
  return { values, standing };
}

async function gatherOcpp(asker: Asker) {
  const host = await asker.answer({
    flag: 'listen',
    text: say('cli.ask.listen'),
    fallback: '0.0.0.0',
    check: (answer) => checkedBy(configSchema.shape.ocpp.shape.host, answer, 'cli.ask.rule.host'),
  });
  const port = await asker.answer({
    flag: 'port',
    text: say('cli.ask.port'),
    fallback: String(await freePort(OCPP_PORT)),
    check: async (answer) => {
      const number = checkedBy(configSchema.shape.ocpp.shape.port, digits(answer), 'cli.ask.rule.port');
      if (number === 0 || (await isFree(number))) return number;
      throw new Error(say('cli.ask.port.taken'));
    },
  });
  return { ocpp: { host, port } };
}

/** A wallbox whose id is not known yet may have any: it is paired by its code. */
async function gatherChargePoint(asker: Asker) {
  const id = await asker.answer({
    flag: 'id',
    text: say('cli.ask.id'),
    fallback: '',
    check: (answer) => {
      if (answer.length <= 48) return answer;
      throw new Error(say('cli.ask.atMost', { n: 48 }));
    },
  });
  const maxPowerW = await gatherPower(asker);
  if (id === '')
    return { acceptUnknownChargePoints: true, ...(maxPowerW && { defaultMaxPowerW: maxPowerW }) };
  const password = await asker.answer({
    flag: 'password',
    text: say('cli.ask.password'),
    fallback: '',
    check: (answer) => {
      if (answer.length <= 64) return answer;
      throw new Error(say('cli.ask.atMost', { n: 64 }));
    },
  });
  const connectors = maxPowerW === undefined ? {} : { 1: { maxPowerW } };
  const chargePoint = { ...(password === '' ? {} : { password }), connectors };
  const { forward, ownerIdTags } = await gatherForward(asker);
  return {
    ...(ownerIdTags && { ownerIdTags }),
    chargePoints: { [id]: { ...chargePoint, ...(forward && { forward }) } },
  };
}

/** Undefined: the wallbox is asked once it has connected. No power is assumed. */
const gatherPower = (asker: Asker): Promise<number | undefined> =>
  asker.answer({
    flag: 'power-w',
    text: say('cli.ask.power'),
    fallback: '',
    check: (answer) => (answer === '' ? undefined : powerOf(answer)),
  });

/** A power in W, as somebody types it. Throws the reason why it is none. */
export function powerOf(answer: string): number {
  const watts = digits(answer);
  if (watts >= 1 && watts <= 1_000_000) return watts;
  throw new Error(say('cli.ask.power.whole'));
}

/** For a new key, nothing before now matters; for a restored one, following begins with the market's first block. */
async function firstBlock(asker: Asker, dataDir: string, head: bigint): Promise<number> {
  const isRestored = existsSync(keyFile(dataDir)) || existsSync(keystoreFile(dataDir));
  if (!isRestored) return Math.max(0, Number(head) - REORG_BLOCKS);
  return asker.answer({
    flag: 'deploy-block',
    text: say('cli.ask.deployBlock'),
    fallback: '0',
    check: (answer) => checkedBy(configSchema.shape.deployBlock, digits(answer), 'cli.ask.rule.block'),
  });
}

const digits = (answer: string): number => (/^\d+$/.test(answer) ? Number(answer) : Number.NaN);

/** The first free port from this one on; the port itself if none is. */
async function freePort(preferred: number): Promise<number> {
  for (let port = preferred; port < preferred + PORTS_TRIED; port++) if (await isFree(port)) return port;
  return preferred;
}
