import { type Address, getAddress, type Hex } from 'viem';
import { z } from 'zod';
import { PlugpactError } from '../protocol/errors.ts';
import { deploymentOf, networkOf } from '../protocol/networks.ts';
import { address, hex32 } from '../protocol/schemas.ts';

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${min} to ${max}`)
    .transform(Number)
    .refine((n) => n >= min && n <= max, `must be a whole number from ${min} to ${max}`);

const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

const contract = address.transform((text) => getAddress(text));

const hosts = z
  .string()
  .transform((text) => text.split(',').map((host) => host.trim().toLowerCase()))
  .refine(
    (list) => list.every((host) => /^[a-z0-9.[\]:-]+$/.test(host)),
    'must be host names with their port, separated by commas, as a browser shows them: map.example:8443',
  );

/** Every key that the server reads from its environment. An empty value counts as missing. */
const environment = z.object({
  /** TCP port; 0 takes any free one. */
  PORT: whole(0, 65_535).default(8080),
  /** Address to listen on. */
  HOST: z.string().default('127.0.0.1'),
  /**
   * Name of a file in protocol/networks/: stands for RPC_URL and the addresses below, with DEPLOY_BLOCK, where these are
   * missing. Beside a MARKET_ADDRESS it says nothing of the market, and of what belongs to that.
   */
  NETWORK: z.string().optional(),
  /** JSON-RPC endpoint of the ledger. */
  RPC_URL: url,
  /** The market contract. */
  MARKET_ADDRESS: contract,
  /** Verifier of passkey accounts, as clients are told. */
  PASSKEY_VERIFIER_ADDRESS: contract.optional(),
  /** The market's DepositAddresses, as clients are told; its sweeps are relayed. */
  DEPOSIT_ADDRESSES_ADDRESS: contract.optional(),
  /** Block in which the market was deployed; indexing begins there. */
  DEPLOY_BLOCK: whole(0, Number.MAX_SAFE_INTEGER).default(0),
  /** SQLite file of the index; created when missing. */
  DATABASE_FILE: z.string(),
  /** Folder of the built page. */
  WEB_DIR: z.string().optional(),
  /** Private key that pays the gas of relayed calls; without it nothing is relayed. */
  RELAYER_PRIVATE_KEY: hex32.optional(),
  /** Private key that mints demo money; local ledger only. */
  FAUCET_PRIVATE_KEY: hex32.optional(),
  /** JSON file with the simulated wallboxes whose cable the page may plug in; local ledger only. */
  LOCAL_WALLBOXES_FILE: z.string().optional(),
  /** JSON-RPC endpoint as browsers reach it. */
  PUBLIC_RPC_URL: url.optional(),
  /** URL of a MapLibre style; without it the page shows the bundled offline map. */
  BASEMAP_STYLE_URL: url.optional(),
  /** Hosts under which browsers and agents reach this server, in addition to localhost. */
  PUBLIC_HOSTS: hosts.optional(),
  /** Number of reverse proxies in front of this server whose X-Forwarded-For it trusts. */
  TRUST_PROXY_HOPS: whole(0, 10).default(0),
  /** Pause between two polls of the ledger, in milliseconds. */
  POLL_MS: whole(20, 600_000).default(1_000),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export interface ServerConfig {
  port: number;
  host: string;
  rpcUrl: string;
  publicRpcUrl: string;
  market: Address;
  passkeyVerifier: Address | undefined;
  depositAddresses: Address | undefined;
  deployBlock: number;
  databaseFile: string;
  webDir: string | undefined;
  relayerKey: Hex | undefined;
  faucetKey: Hex | undefined;
  localWallboxesFile: string | undefined;
  basemapStyleUrl: string | undefined;
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
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environment.safeParse({ ...ofNetwork(given), ...given });
  if (!parsed.success) throw invalidConfig(parsed.error, given);
  const e = parsed.data;
  return {
    port: e.PORT,
    host: e.HOST,
    rpcUrl: e.RPC_URL,
    publicRpcUrl: e.PUBLIC_RPC_URL ?? e.RPC_URL,
    market: e.MARKET_ADDRESS,
    passkeyVerifier: e.PASSKEY_VERIFIER_ADDRESS,
    depositAddresses: e.DEPOSIT_ADDRESSES_ADDRESS,
    deployBlock: e.DEPLOY_BLOCK,
    databaseFile: e.DATABASE_FILE,
    webDir: e.WEB_DIR,
    relayerKey: e.RELAYER_PRIVATE_KEY,
    faucetKey: e.FAUCET_PRIVATE_KEY,
    localWallboxesFile: e.LOCAL_WALLBOXES_FILE,
    basemapStyleUrl: e.BASEMAP_STYLE_URL,
    publicHosts: e.PUBLIC_HOSTS ?? [],
    trustProxyHops: e.TRUST_PROXY_HOPS,
    pollMs: e.POLL_MS,
    logLevel: e.LOG_LEVEL,
  };
}

/** What a network's file says of a ledger and its market. */
function ofNetwork({ NETWORK, MARKET_ADDRESS }: Record<string, string | undefined>) {
  if (NETWORK === undefined) return {};
  const network = networkOf(NETWORK);
  const RPC_URL = network.rpcUrls[0];
  if (MARKET_ADDRESS !== undefined) return { RPC_URL };
  const { market, deployBlock, passkeyVerifier, depositAddresses } = deploymentOf(network);
  return {
    RPC_URL,
    MARKET_ADDRESS: market,
    DEPLOY_BLOCK: String(deployBlock),
    PASSKEY_VERIFIER_ADDRESS: passkeyVerifier,
    DEPOSIT_ADDRESSES_ADDRESS: depositAddresses,
  };
}

function invalidConfig(error: z.ZodError, given: Record<string, unknown>): PlugpactError {
  const lines = error.issues.map((issue) => {
    const key = String(issue.path[0]);
    if (!(key in given)) return `${key} is missing`;
    const value = key.endsWith('PRIVATE_KEY') ? '(hidden)' : JSON.stringify(given[key]);
    return `${key} = ${value} ${issue.message}`;
  });
  return new PlugpactError({
    code: 'config.invalid',
    value: lines.join('; '),
    rule: 'The server reads its configuration from environment variables.',
    remedy: 'Set the named variables; server/config.ts describes each of them.',
  });
}
