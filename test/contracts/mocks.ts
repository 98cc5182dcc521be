import { type Abi, type Account, type Address, encodeDeployData, type Hex } from 'viem';
import { deployMarket } from '../../scripts/deploy/deploy-market.ts';
import { ensureCompiled, readArtifact } from '../../scripts/lib/artifacts.ts';
import { localAccount } from '../../scripts/lib/local-accounts.ts';
import { clientOf, send, sendCall, type TestMarket } from '../support/market.ts';

/** A deployed contract, hostile or helpful. */
export interface Mock {
  address: Address;
  abi: Abi;
}

/** Deploys a contract by its file under `contracts/` without the ending. */
export async function deploy(rpcUrl: string, source: string, args: readonly unknown[] = []): Promise<Mock> {
  await ensureCompiled();
  const { abi, bytecode } = readArtifact(source);
  const client = clientOf(rpcUrl, localAccount('deployer'));
  const { contractAddress } = await send(client, {
    data: encodeDeployData({ abi: abi as Abi, bytecode, args }),
  });
  if (!contractAddress) throw new Error(`${source} was not deployed.`);
  return { address: contractAddress, abi: abi as Abi };
}

export async function sendTo(
  rpcUrl: string,
  mock: Mock,
  functionName: string,
  args: readonly unknown[],
  account: Account = localAccount('deployer'),
): Promise<Hex> {
  const { transactionHash } = await sendCall(clientOf(rpcUrl, account), { ...mock, functionName, args });
  return transactionHash;
}

export const readFrom = (rpcUrl: string, mock: Mock, functionName: string, args: readonly unknown[] = []) =>
  clientOf(rpcUrl, localAccount('deployer')).readContract({ ...mock, functionName, args });

/** A market that pays in a hostile token, of which the deployer's account holds and allows `amount`. */
export async function marketIn(rpcUrl: string, token: Mock, amount: bigint): Promise<TestMarket> {
  const account = localAccount('deployer');
  const deployment = await deployMarket({ rpcUrl, network: 'local', account, token: token.address });
  await sendTo(rpcUrl, token, 'mint', [account.address, amount]);
  await sendTo(rpcUrl, token, 'approve', [deployment.market, amount]);
  return { ...deployment, rpcUrl, ref: { chainId: deployment.chainId, market: deployment.market } };
}
