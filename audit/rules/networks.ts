import type { Address } from 'viem';
import arbitrumOne from '../../protocol/networks/arbitrum-one.json' with { type: 'json' };
import arbitrumSepolia from '../../protocol/networks/arbitrum-sepolia.json' with { type: 'json' };
import base from '../../protocol/networks/base.json' with { type: 'json' };
import baseSepolia from '../../protocol/networks/base-sepolia.json' with { type: 'json' };
import ethereum from '../../protocol/networks/ethereum.json' with { type: 'json' };
import gnosis from '../../protocol/networks/gnosis.json' with { type: 'json' };
import gnosisChiado from '../../protocol/networks/gnosis-chiado.json' with { type: 'json' };
import local from '../../protocol/networks/local.json' with { type: 'json' };
import sepolia from '../../protocol/networks/sepolia.json' with { type: 'json' };
import { AuditError } from '../lib/errors.ts';
import type { MarketWindows } from './booking-times.ts';

/** What the audit reads of a network's file. */
export interface Network {
  name: string;
  /** Its name for people. */
  title: string;
  chainId: number;
  explorerUrl: string | null;
  rpcUrls: readonly string[];
  windows: MarketWindows;
  deployment: NetworkDeployment | null;
}

export interface NetworkDeployment {
  market: Address;
  extension: Address;
  ocmfVerifier: Address;
  token: Address;
  deployBlock: number;
}

const FILES = [
  local,
  ethereum,
  sepolia,
  base,
  baseSepolia,
  arbitrumOne,
  arbitrumSepolia,
  gnosis,
  gnosisChiado,
] as unknown as readonly Network[];

export const NETWORKS: ReadonlyMap<string, Network> = new Map(FILES.map((each) => [each.name, each]));

/** The chain of `npm start`: a node on the same machine that keeps no old states. */
export const LOCAL_CHAIN_ID = local.chainId;

/** The network of a chain, where a file describes it. */
export const networkOfChain = (chainId: number): Network | undefined =>
  FILES.find((each) => each.chainId === chainId);

/** @throws AuditError `network.unknown`. */
export function networkOf(name: string): Network {
  const network = NETWORKS.get(name);
  if (network !== undefined) return network;
  throw new AuditError({
    code: 'network.unknown',
    value: name,
    rule: `A network is one of ${[...NETWORKS.keys()].join(', ')}.`,
    remedy: 'Write one of these names.',
  });
}

/** @throws AuditError `network.noMarket` where none was deployed. */
export function deploymentOf({ name, deployment }: Network): NetworkDeployment {
  if (deployment !== null) return deployment;
  throw new AuditError({
    code: 'network.noMarket',
    value: name,
    rule: 'This network names no market: none was deployed there.',
    remedy: 'Name another network, or give the address after --market.',
  });
}
