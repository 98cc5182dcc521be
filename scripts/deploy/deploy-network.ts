import { type Account, type Address, createWalletClient, http, publicActions } from 'viem';
import type { Network, NetworkDeployment } from '../../protocol/networks.ts';
import { chainOf } from '../lib/chains.ts';
import { CREATE2_FACTORY, type Creation, creationOf, isThere, requireFactory } from './create2.ts';
import { firstBlockOf } from './first-block.ts';
import { settingsOf } from './market-settings.ts';
import type { Ask, ChainFacts } from './probe-chain.ts';

/** The contracts of a deployment, in the order in which each needs the ones before. */
export interface DeploymentPlan {
  ocmfVerifier: Creation;
  passkeyVerifier: Creation;
  extension: Creation;
  market: Creation;
  depositAddresses: Creation;
}

/** Which source is behind each part; chains without CLZ get the verifier that does without. */
export const sourcesFor = ({ hasClz }: Pick<ChainFacts, 'hasClz'>) => ({
  ocmfVerifier: hasClz ? 'OcmfVerifier' : 'OcmfVerifierWithoutClz',
  passkeyVerifier: 'PasskeyVerifier',
  extension: 'PlugpactExtension',
  market: 'PlugpactMarket',
  depositAddresses: 'DepositAddresses',
});

/** All addresses, known before anything is sent. */
export function planOf(
  network: Network,
  token: { address: Address; decimals: number },
  facts: Pick<ChainFacts, 'hasClz'>,
): DeploymentPlan {
  const sources = sourcesFor(facts);
  const settings = settingsOf(token.address, token.decimals, network.windows);
  const ocmfVerifier = creationOf(sources.ocmfVerifier, []);
  const extension = creationOf(sources.extension, [settings, ocmfVerifier.address]);
  const market = creationOf(sources.market, [settings, extension.address]);
  return {
    ocmfVerifier,
    passkeyVerifier: creationOf(sources.passkeyVerifier, []),
    extension,
    market,
    depositAddresses: creationOf(sources.depositAddresses, [market.address]),
  };
}

export interface NetworkDeployOptions {
  network: Network;
  rpcUrl: string;
  ask: Ask;
  account: Account;
  plan: DeploymentPlan;
  say: (line: string) => void;
}

/** Creates what is not there yet, so that an interrupted deployment goes on where it ended. */
export async function deployPlan(options: NetworkDeployOptions, token: Address): Promise<NetworkDeployment> {
  const { network, rpcUrl, ask, account, plan, say } = options;
  await requireFactory(ask);
  const client = createWalletClient({
    account,
    chain: chainOf(network),
    transport: http(rpcUrl),
  }).extend(publicActions);
  let deployBlock: number | undefined;
  for (const { source, address, data } of Object.values(plan) as Creation[]) {
    if (await isThere(ask, address)) {
      say(`${source}: already at ${address}`);
      continue;
    }
    say(`${source}: creating ${address} …`);
    const hash = await client.sendTransaction({ to: CREATE2_FACTORY, data });
    const { status, blockNumber } = await client.waitForTransactionReceipt({ hash });
    if (status !== 'success') throw new Error(`${source}: ${hash} was reverted.`);
    if (source === 'PlugpactMarket') deployBlock = Number(blockNumber);
  }
  const addresses = Object.entries(plan).map(([name, { address }]) => [name, address]);
  deployBlock ??= await firstBlockOf(ask, plan.market.address);
  return { ...Object.fromEntries(addresses), token, deployBlock };
}
