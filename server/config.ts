import type { Address, Hex } from 'viem';
import { z } from 'zod';
import { PlugpactError } from '../protocol/errors.ts';
import { deploymentOf, networkOf } from '../protocol/networks.ts';
import { hex32 } from '../protocol/schemas.ts';
import {
  contract,
  databaseUrl,
  type ForeignFeed,
  foreignFeeds,
  hosts,
  rpcUrls,
  url,
  whole,
} from './config-values.ts';
import { OPERATIONS_ENVIRONMENT, type OperationsSettings, operationsSettings } from './operations-config.ts';
import { RELAY_ENVIRONMENT, type RelaySettings, relaySettings, wrongRelay } from './relay-config.ts';
import { withSecretFiles } from './secret-files.ts';

/** Every key that the server reads from its environment. An empty value counts as missing. */
export const environment = z.object({
  /** TCP port; 0 takes any free one. */
  PORT: whole(0, 65_535).default(8080),
  /** Address to listen on. */
  HOST: z.string().default('127.0.0.1'),
  /**
   * Name of a file in protocol/networks/: stands for RPC_URL and the addresses below, with DEPLOY_BLOCK, where these are
   * missing. Beside a MARKET_ADDRESS it says nothing of the market, and of what belongs to that.
   */
  NETWORK: z.string().optional(),
  /**
   * JSON-RPC endpoints of the ledger, separated by commas. One is read from at a time; the others take over where it fails,
   * and are asked where it may be wrong. One over a WebSocket (ws, wss) announces new blocks.
   */
  RPC_URL: rpcUrls,
  /** The market contract. */
  MARKET_ADDRESS: contract,
  /** Verifier of passkey accounts, as clients are told. */
  PASSKEY_VERIFIER_ADDRESS: contract.optional(),
  /** The market's DepositAddresses, as clients are told; its sweeps are relayed. */
  DEPOSIT_ADDRESSES_ADDRESS: contract.optional(),
  /** Block in which the market was deployed; indexing begins there. */
  DEPLOY_BLOCK: whole(0, Number.MAX_SAFE_INTEGER).default(0),
  /** SQLite file of the index; created when missing. Either this or DATABASE_URL. */
  DATABASE_FILE: z.string().optional(),
  /** PostgreSQL database of the index, which several processes may share: postgres://user:password@host:5432/name. */
  DATABASE_URL: databaseUrl.optional(),
  /** Folder of the built page. */
  WEB_DIR: z.string().optional(),
  /** Folder of the basemap's files, which `node server/basemap/build/main.ts` makes; without it there is no basemap. */
  BASEMAP_DIR: z.string().optional(),
  /** Private key that pays the gas of relayed calls; without it nothing is relayed. */
  RELAYER_PRIVATE_KEY: hex32.optional(),
  ...RELAY_ENVIRONMENT,
  /** Private key that mints demo money; local ledger only. */
  FAUCET_PRIVATE_KEY: hex32.optional(),
  /** JSON file with the simulated wallboxes whose cable the page may plug in; local ledger only. */
  LOCAL_WALLBOXES_FILE: z.string().optional(),
  /** JSON-RPC endpoint as browsers reach it. */
  PUBLIC_RPC_URL: url.optional(),
  /**
   * Page where people buy the token, as the accounts page links it (https). {address} in it stands for the deposit address
   * of the account that reads it.
   */
  TOP_UP_URL: url.optional(),
  /**
   * OCPI locations of other operators that the map may show: NAME=URL or NAME=FILE, separated by commas. A user name in a
   * URL is sent as OCPI's token: https://TOKEN@ocpi.example/2.2.1/locations.
   */
  FOREIGN_FEEDS: foreignFeeds.optional(),
  /** Time from one read of a foreign feed to the next, in seconds. */
  FOREIGN_POLL_SEC: whole(10, 604_800).default(900),
  /**
   * Private hosts with their port to which webhooks may go all the same, also without https, separated by commas:
   * 192.168.1.5:8123. Anybody can then send events of their own bookings there.
   */
  WEBHOOK_PRIVATE_HOSTS: hosts.optional(),
  /** Public key of web push (RFC 8292), base64url; "npm run setup" makes both. Changed keys end all push subscriptions. */
  VAPID_PUBLIC_KEY: z
    .string()
    .regex(/^[A-Za-z0-9_-]{87}$/, 'must be 65 bytes in base64url')
    .optional(),
  /** Private key of web push, base64url. */
  VAPID_PRIVATE_KEY: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes in base64url')
    .optional(),
  /** Whom push services reach when something is wrong: mailto:NAME@HOST or an https address. */
  VAPID_SUBJECT: z
    .string()
    .regex(/^(mailto:[^@\s]+@[^@\s]+|https:\/\/\S+)$/, 'must be mailto:NAME@HOST or an https URL')
    .optional(),
  /** Hosts under which browsers and agents reach this server, in addition to localhost. */
  PUBLIC_HOSTS: hosts.optional(),
  /** Number of reverse proxies in front of this server whose X-Forwarded-For it trusts. */
  TRUST_PROXY_HOPS: whole(0, 10).default(0),
  /**
   * Longest pause between two polls of the ledger, in milliseconds. While a block is due, and none is announced over a
   * WebSocket, it is polled ten times as often, but at most each 100 ms.
   */
  POLL_MS: whole(20, 600_000).default(1_000),
  ...OPERATIONS_ENVIRONMENT,
  /** How much is logged: one JSON line each, on standard output. */
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export interface ServerConfig extends OperationsSettings {
  port: number;
  host: string;
  /** At least one. */
  rpcUrls: string[];
  publicRpcUrl: string;
  market: Address;
  passkeyVerifier: Address | undefined;
  depositAddresses: Address | undefined;
  deployBlock: number;
  /** SQLite file; undefined where there is a `databaseUrl`. */
  databaseFile: string | undefined;
  /** PostgreSQL; holds a password. */
  databaseUrl: string | undefined;
  webDir: string | undefined;
  basemapDir: string | undefined;
  relayerKey: Hex | undefined;
  relay: RelaySettings;
  faucetKey: Hex | undefined;
  localWallboxesFile: string | undefined;
  topUpUrl: string | undefined;
  foreignFeeds: ForeignFeed[];
  foreignPollSec: number;
  webhookPrivateHosts: string[];
  /** Undefined: no web push. */
  vapid: { publicKey: string; privateKey: string; subject: string } | undefined;
  publicHosts: string[];
  trustProxyHops: number;
  pollMs: number;
  logLevel: string;
}

/**
 * Reads the configuration from environment variables.
 *
 * @throws PlugpactError `config.invalid`, naming each bad key with its value and rule; private keys are never shown;
 * `network.unknown`, `network.noMarket`.
 */
export function readConfig(env: Record<string, string | undefined>): ServerConfig {
  const given = givenIn(env);
  const parsed = environment.safeParse({ ...ofNetwork(given), ...given });
  const wrong = [
    ...(parsed.error?.issues ?? []).map((issue) => wordsOf(issue, given)),
    ...wrongDatabase(given),
    ...wrongVapid(given),
    ...wrongKeys(given),
    ...(parsed.success ? wrongRelay(parsed.data) : []),
  ];
  if (!parsed.success || wrong.length > 0) throw invalidConfig(wrong);
  const e = parsed.data;
  return {
    port: e.PORT,
    host: e.HOST,
    rpcUrls: e.RPC_URL,
    publicRpcUrl: e.PUBLIC_RPC_URL ?? e.RPC_URL.find((one) => one.startsWith('http')) ?? e.RPC_URL[0]!,
    market: e.MARKET_ADDRESS,
    passkeyVerifier: e.PASSKEY_VERIFIER_ADDRESS,
    depositAddresses: e.DEPOSIT_ADDRESSES_ADDRESS,
    deployBlock: e.DEPLOY_BLOCK,
    databaseFile: e.DATABASE_FILE,
    databaseUrl: e.DATABASE_URL,
    webDir: e.WEB_DIR,
    basemapDir: e.BASEMAP_DIR,
    relayerKey: e.RELAYER_PRIVATE_KEY,
    relay: relaySettings(e),
    faucetKey: e.FAUCET_PRIVATE_KEY,
    localWallboxesFile: e.LOCAL_WALLBOXES_FILE,
    topUpUrl: e.TOP_UP_URL,
    foreignFeeds: e.FOREIGN_FEEDS ?? [],
    foreignPollSec: e.FOREIGN_POLL_SEC,
    webhookPrivateHosts: e.WEBHOOK_PRIVATE_HOSTS ?? [],
    vapid: vapidOf(e),
    publicHosts: e.PUBLIC_HOSTS ?? [],
    trustProxyHops: e.TRUST_PROXY_HOPS,
    pollMs: e.POLL_MS,
    logLevel: e.LOG_LEVEL,
    ...operationsSettings(e),
  };
}

/** The database alone, and the market where it is named: for what works on a database without a ledger. */
export function readStorage(env: Record<string, string | undefined>) {
  const given = givenIn(env);
  const keys = environment.pick({ DATABASE_FILE: true, DATABASE_URL: true });
  const parsed = keys
    .extend({ MARKET_ADDRESS: contract.optional() })
    .safeParse({ ...ofNetwork(given), ...given });
  const wrong = [
    ...(parsed.error?.issues ?? []).map((issue) => wordsOf(issue, given)),
    ...wrongDatabase(given),
  ];
  if (!parsed.success || wrong.length > 0) throw invalidConfig(wrong);
  const { DATABASE_FILE: databaseFile, DATABASE_URL: databaseUrl, MARKET_ADDRESS: market } = parsed.data;
  return { databaseFile, databaseUrl, market };
}

/** The variables that have a value, also those whose value is in a file. */
const givenIn = (env: Record<string, string | undefined>): Record<string, string> =>
  withSecretFiles(env, Object.keys(environment.shape));

/** What a network's file says of a ledger and its market. */
function ofNetwork({ NETWORK, MARKET_ADDRESS }: Record<string, string | undefined>) {
  if (NETWORK === undefined) return {};
  const network = networkOf(NETWORK);
  const RPC_URL = network.rpcUrls.join();
  if (MARKET_ADDRESS !== undefined) return { RPC_URL };
  const { market, deployBlock, passkeyVerifier, depositAddresses } = deploymentOf(
    network,
    `Deploy one with "npm run deploy -- --network ${NETWORK}", or name another network.`,
  );
  return {
    RPC_URL,
    MARKET_ADDRESS: market,
    DEPLOY_BLOCK: String(deployBlock),
    PASSKEY_VERIFIER_ADDRESS: passkeyVerifier,
    DEPOSIT_ADDRESSES_ADDRESS: depositAddresses,
  };
}

/** Their values may hold passwords or tokens. */
const SECRET_KEYS = ['DATABASE_URL', 'FOREIGN_FEEDS', 'OCPI_TOKENS'];

function wordsOf(issue: z.core.$ZodIssue, given: Record<string, unknown>): string {
  const key = String(issue.path[0]);
  if (!(key in given)) return `${key} is missing`;
  const isSecret = key.endsWith('PRIVATE_KEY') || SECRET_KEYS.includes(key);
  return `${key} = ${isSecret ? '(hidden)' : JSON.stringify(given[key])} ${issue.message}`;
}

const VAPID = ['VAPID_PUBLIC_KEY', 'VAPID_PRIVATE_KEY', 'VAPID_SUBJECT'] as const;

function vapidOf(env: Partial<Record<(typeof VAPID)[number], string | undefined>>): ServerConfig['vapid'] {
  const { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey, VAPID_SUBJECT: subject } = env;
  if (publicKey === undefined || privateKey === undefined || subject === undefined) return undefined;
  return { publicKey, privateKey, subject };
}

/** They belong together: with one of them alone push would be off, and nobody would see why. */
function wrongVapid(given: Record<string, unknown>): string[] {
  const missing = VAPID.filter((key) => given[key] === undefined);
  return missing.length === VAPID.length
    ? []
    : missing.map((key) => `${key} is missing beside the other VAPID keys`);
}

function wrongDatabase({ DATABASE_FILE, DATABASE_URL }: Record<string, unknown>): string[] {
  if (DATABASE_FILE === undefined && DATABASE_URL === undefined)
    return ['DATABASE_FILE or DATABASE_URL is missing'];
  if (DATABASE_FILE === undefined || DATABASE_URL === undefined) return [];
  return [`DATABASE_FILE = ${JSON.stringify(DATABASE_FILE)} must be missing beside DATABASE_URL`];
}

/** What one key sends has its nonces from one hand, and what is given away is not what pays for calls. */
function wrongKeys({ RELAYER_PRIVATE_KEY, FAUCET_PRIVATE_KEY, ...given }: Record<string, unknown>): string[] {
  const isOne = RELAYER_PRIVATE_KEY !== undefined && RELAYER_PRIVATE_KEY === FAUCET_PRIVATE_KEY;
  const isPricedTwice = 'RELAY_TOKENS_PER_COIN' in given && 'RELAY_PRICE_FEED_ADDRESS' in given;
  return [
    ...(isOne ? ['FAUCET_PRIVATE_KEY = (hidden) must differ from RELAYER_PRIVATE_KEY'] : []),
    ...(isPricedTwice ? ['RELAY_TOKENS_PER_COIN must be missing beside RELAY_PRICE_FEED_ADDRESS'] : []),
  ];
}

function invalidConfig(wrong: readonly string[]): PlugpactError {
  return new PlugpactError({
    code: 'config.invalid',
    value: wrong.join('; '),
    rule: 'The server reads its configuration from environment variables.',
    remedy: 'Set the named variables; server/config.ts describes each of them.',
  });
}
