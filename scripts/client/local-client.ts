import {
  type Abi,
  type Account,
  type Address,
  createWalletClient,
  encodeFunctionData,
  publicActions,
  type TransactionReceipt,
} from 'viem';
import { LOCAL_CHAIN_ID } from '../lib/anvil.ts';
import { LOCAL_CHAIN } from '../lib/chains.ts';
import { localTransport } from '../lib/local-transport.ts';

/** For every transaction here, so that none needs an estimate; unused gas costs nothing. */
const SETTLED = {
  type: 'eip1559',
  chainId: LOCAL_CHAIN_ID,
  gas: 12_000_000n,
  maxFeePerGas: 10n ** 10n,
  maxPriorityFeePerGas: 10n ** 9n,
  assertChainId: false,
} as const;

const makeClient = (rpcUrl: string, account: Account) =>
  createWalletClient({
    account,
    chain: LOCAL_CHAIN,
    transport: localTransport(rpcUrl),
    pollingInterval: 50,
  }).extend(publicActions);

export type TestClient = ReturnType<typeof makeClient>;

const clients = new WeakMap<Account, Map<string, TestClient>>();

/** The one client of an account at a node. */
export function clientOf(rpcUrl: string, account: Account): TestClient {
  const known = clients.get(account) ?? new Map<string, TestClient>();
  clients.set(account, known);
  const client = known.get(rpcUrl) ?? makeClient(rpcUrl, account);
  known.set(rpcUrl, client);
  return client;
}

/** Sends a transaction and returns its receipt. Throws like a call if it reverts. */
export async function send(client: TestClient, transaction: object): Promise<TransactionReceipt> {
  const nonce = await client.getTransactionCount({ address: client.account.address, blockTag: 'pending' });
  const request = { ...SETTLED, ...transaction, nonce };
  const receipt = await client.sendTransactionSync(request as never);
  if (receipt.status === 'success') return receipt;
  await client.call({ account: client.account, ...transaction });
  throw new Error(`Transaction ${receipt.transactionHash} was reverted.`);
}

export interface ContractCall {
  address: Address;
  abi: Abi;
  functionName: string;
  args: readonly unknown[];
}

export const sendCall = (client: TestClient, { address, ...call }: ContractCall) =>
  send(client, { to: address, data: encodeFunctionData(call) });
