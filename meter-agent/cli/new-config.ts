import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { type Address, createPublicClient, http, isAddressEqual } from 'viem';
import { deploymentOf, networkOf } from '../../protocol/networks.ts';
import { configJsonSchema } from '../config/check.ts';
import { configSchema } from '../config/config.ts';
import { parseConfigText, readConfig } from '../config/file.ts';
import { keyFile, keystoreFile } from '../key/key.ts';
import { askApi } from './check-ledger.ts';
import { configText } from './config-text.ts';
import type { LaunchContext } from './options.ts';
import type { Asker } from './questions.ts';

const LOCAL_CHAIN_ID = 31_337;
const OCPP_PORT = 8_180;
const STATUS_PORT = 8_181;
const PORTS_TRIED = 50;
/** A new key cannot have been listed before now; these blocks are a margin for a reorganisation. */
const REORG_BLOCKS = 64;

/** Asks for the necessary values and writes the configuration, commented, with its schema for editors beside it. */
export async function writeNewConfig(file: string, asker: Asker, surroundings: LaunchContext): Promise<void> {
  const values = await gather(asker, file, surroundings);
  const folder = dirname(file);
  const schemaFile = `${basename(file, extname(file))}.schema.json`;
  const text = configText(values, schemaFile);
  parseConfigText(text, file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, schemaFile), `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  // It may later contain passwords of wallboxes.
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
}

async function gather(asker: Asker, file: string, surroundings: LaunchContext) {
  const named = await gatherNetwork(asker);
  const api = await gatherApi(asker, named, surroundings);
  const { head, ...ledger } = await gatherLedger(asker, named, api);
  const dataDir = await asker.answer({
    flag: 'data',
    text: 'Folder for key and journal, relative to the configuration',
    fallback: 'data',
    check: (answer) => value(configSchema.shape.dataDir, answer),
  });
  return {
    ...ledger,
    deployBlock: await firstBlock(asker, resolve(dirname(file), dataDir), head),
    apiUrl: api.url,
    ...(await gatherOcpp(asker)),
    dataDir,
    ...(await gatherChargePoint(asker)),
    ...(api.chainId === LOCAL_CHAIN_ID ? { confirmations: 1 } : {}),
    status: { enabled: true, port: await freePort(STATUS_PORT) },
  };
}

type NamedLedger = { network: string; chainId: number; rpcUrl: string | undefined; market: Address };

/** The ledger that a network's file names; undefined where the API is asked for it. */
const gatherNetwork = (asker: Asker): Promise<NamedLedger | undefined> =>
  asker.answer({
    flag: 'network',
    text: 'Network of the ledger, by its name (empty: the ledger that the API names)',
    fallback: '',
    check: (name) => {
      if (name === '') return undefined;
      const network = networkOf(name);
      const { market } = deploymentOf(network);
      return { network: name, chainId: network.chainId, rpcUrl: network.rpcUrls[0], market };
    },
  });

/** An API of another market than the named network's would be of no use. */
async function gatherApi(asker: Asker, named: NamedLedger | undefined, surroundings: LaunchContext) {
  return asker.answer({
    flag: 'api',
    text: 'Address of the API, where drivers book (https://…)',
    fallback: await localApi(surroundings),
    check: async (answer) => {
      const url = value(configSchema.shape.apiUrl, answer);
      const { config } = await askApi(url);
      const isServed =
        named?.chainId === config.chainId && isAddressEqual(named.market, config.market as Address);
      if (named === undefined || isServed) return { url, ...config };
      const theirs = `market ${config.market} on chain ${config.chainId}`;
      throw new Error(
        `It serves the ${theirs}; that of ${named.network} is ${named.market} on chain ${named.chainId}.`,
      );
    },
  });
}

/** What the network's file says already is left to it. */
async function gatherLedger(
  asker: Asker,
  named: NamedLedger | undefined,
  api: Pick<NamedLedger, 'chainId' | 'rpcUrl'> & { market: string },
) {
  const { rpcUrl, head } = await asker.answer({
    flag: 'rpc',
    text: "Address of the ledger's JSON-RPC",
    fallback: named?.rpcUrl ?? api.rpcUrl,
    check: (answer) => askLedger(value(configSchema.shape.rpcUrl, answer), api.chainId),
  });
  const market = await asker.answer({
    flag: 'market',
    text: 'Address of the market contract',
    fallback: named?.market ?? api.market,
    check: (answer) => value(configSchema.shape.market, answer),
  });
  return {
    head,
    ...(named && { network: named.network }),
    ...(rpcUrl === named?.rpcUrl ? {} : { rpcUrl }),
    ...(market === named?.market ? {} : { market }),
  };
}

async function gatherOcpp(asker: Asker) {
  const host = await asker.answer({
    flag: 'listen',
    text: 'Address to listen on for the wallbox (0.0.0.0 for the home network, 127.0.0.1 for this machine only)',
    fallback: '0.0.0.0',
    check: (answer) => value(configSchema.shape.ocpp.shape.host, answer),
  });
  const port = await asker.answer({
    flag: 'port',
    text: 'Port to listen on',
    fallback: String(await freePort(OCPP_PORT)),
    check: (answer) => value(configSchema.shape.ocpp.shape.port, digits(answer)),
  });
  return { ocpp: { host, port } };
}

/** A wallbox whose id is not known yet may have any: it is paired by its code. */
async function gatherChargePoint(asker: Asker) {
  const id = await asker.answer({
    flag: 'id',
    text: "The wallbox's charge-point id, as set in it (empty: not known, take any)",
    fallback: '',
    check: (answer) => {
      if (answer.length <= 48) return answer;
      throw new Error('It has at most 48 characters.');
    },
  });
  if (id === '') return { acceptUnknownChargePoints: true };
  const maxPowerW = await asker.answer({
    flag: 'power-w',
    text: 'Maximum power of the wallbox, in W (11 kW is 11000)',
    fallback: '11000',
    check: (answer) => {
      const watts = digits(answer);
      if (watts >= 1 && watts <= 1_000_000) return watts;
      throw new Error('It is a whole number of W, from 1 to 1000000.');
    },
  });
  const password = await asker.answer({
    flag: 'password',
    text: 'Password of the wallbox (empty: none)',
    fallback: '',
    check: (answer) => {
      if (answer.length <= 64) return answer;
      throw new Error('It has at most 64 characters.');
    },
  });
  const chargePoint = { ...(password === '' ? {} : { password }), connectors: { 1: { maxPowerW } } };
  return { chargePoints: { [id]: chargePoint } };
}

/** For a new key, nothing before now matters; for a restored one, following begins with the market's first block. */
async function firstBlock(asker: Asker, dataDir: string, head: bigint): Promise<number> {
  const isRestored = existsSync(keyFile(dataDir)) || existsSync(keystoreFile(dataDir));
  if (!isRestored) return Math.max(0, Number(head) - REORG_BLOCKS);
  return asker.answer({
    flag: 'deploy-block',
    text: "Block of the market's deployment (0 is always right, and slow)",
    fallback: '0',
    check: (answer) => value(configSchema.shape.deployBlock, digits(answer)),
  });
}

/** The API of a "npm start" on this machine, if it answers. */
async function localApi({ localConfigFile }: LaunchContext): Promise<string | undefined> {
  try {
    const { apiUrl } = readConfig(localConfigFile ?? '');
    await askApi(apiUrl);
    return apiUrl;
  } catch {
    return undefined;
  }
}

async function askLedger(rpcUrl: string, wantedChainId: number) {
  const client = createPublicClient({ transport: http(rpcUrl, { retryCount: 0, timeout: 8_000 }) });
  const [chainId, head] = await Promise.all([client.getChainId(), client.getBlockNumber()]).catch(() => {
    throw new Error(`${rpcUrl} does not answer as a ledger does.`);
  });
  if (chainId === wantedChainId) return { rpcUrl, head };
  throw new Error(`It is chain ${chainId}, and the API serves chain ${wantedChainId}.`);
}

const digits = (answer: string): number => (/^\d+$/.test(answer) ? Number(answer) : Number.NaN);

interface Schema<T> {
  safeParse(value: unknown): { data?: T | undefined; error?: { issues: { message: string }[] } | undefined };
}

/** A value checked by the configuration's own rule. */
function value<T>(schema: Schema<T>, answer: unknown): T {
  const { data, error } = schema.safeParse(answer);
  if (error === undefined) return data as T;
  throw new Error(`${error.issues[0]?.message ?? 'It is not valid'}.`);
}

/** The first free port from this one on; the port itself if none is. */
async function freePort(preferred: number): Promise<number> {
  for (let port = preferred; port < preferred + PORTS_TRIED; port++) if (await isFree(port)) return port;
  return preferred;
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '0.0.0.0', exclusive: true }, () => server.close(() => resolve(true)));
  });
