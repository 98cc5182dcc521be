import type { Address } from 'viem';
import { PlugpactError } from './errors.ts';
import arbitrumOne from './networks/arbitrum-one.json' with { type: 'json' };
import arbitrumSepolia from './networks/arbitrum-sepolia.json' with { type: 'json' };
import base from './networks/base.json' with { type: 'json' };
import baseSepolia from './networks/base-sepolia.json' with { type: 'json' };
import ethereum from './networks/ethereum.json' with { type: 'json' };
import gnosis from './networks/gnosis.json' with { type: 'json' };
import gnosisChiado from './networks/gnosis-chiado.json' with { type: 'json' };
import local from './networks/local.json' with { type: 'json' };
import sepolia from './networks/sepolia.json' with { type: 'json' };
import type { MarketWindows } from './slots.ts';

/** A token that a market of a network can pay with. */
export interface NetworkToken {
  symbol: string;
  /** Null until somebody who can reach `source` fills it in: an address from memory is never used. */
  address: Address | null;
  decimals: number;
  /** Its EIP-712 domain, which differs between networks. */
  domain: { name: string; version: string };
  /** Where the issuer publishes the address. */
  source: string;
}

/** A market on a network, as `npm run deploy` recorded it. */
export interface NetworkDeployment {
  market: Address;
  extension: Address;
  ocmfVerifier: Address;
  passkeyVerifier: Address;
  depositAddresses: Address;
  token: Address;
  /** The block in which the market was deployed: indexing begins there. */
  deployBlock: number;
}

/** One network, a JSON file each in `protocol/networks/`. */
export interface Network {
  name: string;
  title: string;
  chainId: number;
  /** An L1's transactions are included within minutes; a rollup's may take a day when its sequencer refuses them. */
  layer: 'local' | 'L1' | 'rollup';
  nativeCurrency: { name: string; symbol: string; decimals: number };
  explorerUrl: string | null;
  rpcUrls: string[];
  windows: MarketWindows;
  /** Blocks after which an agent takes a booking as final. */
  confirmations: number;
  tokens: NetworkToken[];
  /** Null until a market was deployed there. */
  deployment: NetworkDeployment | null;
}

export const NETWORKS = {
  local,
  ethereum,
  sepolia,
  base,
  'base-sepolia': baseSepolia,
  'arbitrum-one': arbitrumOne,
  'arbitrum-sepolia': arbitrumSepolia,
  gnosis,
  'gnosis-chiado': gnosisChiado,
} as unknown as Readonly<Record<NetworkName, Network>>;

export type NetworkName =
  | 'local'
  | 'ethereum'
  | 'sepolia'
  | 'base'
  | 'base-sepolia'
  | 'arbitrum-one'
  | 'arbitrum-sepolia'
  | 'gnosis'
  | 'gnosis-chiado';

export const NETWORK_NAMES = Object.keys(NETWORKS) as NetworkName[];

/**
 * The network of a name. The remedy is the program's to say: only the source tree has files to add to.
 *
 * @throws PlugpactError `network.unknown`.
 */
export function networkOf(name: string, remedy = 'Write one of these names.'): Network {
  if (Object.hasOwn(NETWORKS, name)) return NETWORKS[name as NetworkName];
  throw new PlugpactError({
    code: 'network.unknown',
    value: name,
    rule: `A network is one of ${NETWORK_NAMES.join(', ')}.`,
    remedy,
    details: { names: NETWORK_NAMES.join(', ') },
  });
}

/** @throws PlugpactError `network.noMarket` where none was deployed. */
export function deploymentOf(
  { name, deployment }: Network,
  remedy = "Name another network, or give the market's own address.",
): NetworkDeployment {
  if (deployment !== null) return deployment;
  throw new PlugpactError({
    code: 'network.noMarket',
    value: name,
    rule: 'This network names no market: none was deployed there.',
    remedy,
  });
}

/**
 * A token of a network by its symbol.
 *
 * @throws PlugpactError `network.noToken`, `network.tokenUnverified`.
 */
export function tokenOf({ name, tokens }: Network, symbol: string): NetworkToken & { address: Address } {
  const token = tokens.find((one) => one.symbol === symbol);
  if (token === undefined) {
    throw new PlugpactError({
      code: 'network.noToken',
      value: symbol,
      rule: `The tokens of ${name} are ${tokens.map((one) => one.symbol).join(', ') || 'none'}.`,
      remedy: `Name one of these, or add it to protocol/networks/${name}.json with its source.`,
    });
  }
  const { address } = token;
  if (address !== null) return { ...token, address };
  throw new PlugpactError({
    code: 'network.tokenUnverified',
    value: `${symbol} on ${name}`,
    rule: 'The address of a token is taken from its issuer, never guessed; this one was not filled in yet.',
    remedy: `Read it at ${token.source} and write it into protocol/networks/${name}.json.`,
  });
}
