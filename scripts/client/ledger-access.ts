import {
  type Account,
  type Address,
  createPublicClient,
  createWalletClient,
  encodeFunctionData,
  type Hex,
  http,
  type TransactionReceipt,
} from 'viem';
import { plugpactMarketAbi } from '../../protocol/abi.ts';
import type { ConfigResponse } from '../../protocol/api.ts';
import type { MarketRef } from '../../protocol/signedTypes.ts';
import { LOCAL_CHAIN } from '../lib/chains.ts';
import { waitFor } from '../lib/wait.ts';
import type { ApiClient } from './api-client.ts';

/** The ledger for hosts and drivers without a browser: own transactions, relayed calls, reads. */
export class LedgerAccess {
  readonly config: ConfigResponse;
  readonly ref: MarketRef;
  readonly reads;
  readonly #api: ApiClient;

  constructor(api: ApiClient, config: ConfigResponse) {
    this.#api = api;
    this.config = config;
    this.ref = { chainId: config.chainId, market: config.market };
    this.reads = createPublicClient({
      chain: LOCAL_CHAIN,
      transport: http(config.rpcUrl),
      pollingInterval: 200,
    });
  }

  /** Waits until a transaction is mined; a reverted one is an error. */
  async mined(hash: Hex): Promise<TransactionReceipt> {
    const receipt = await this.reads.waitForTransactionReceipt({ hash, timeout: 30_000 });
    if (receipt.status !== 'success') throw new Error(`Transaction ${hash} was reverted by the ledger.`);
    return receipt;
  }

  /** Sends a call; the account pays the gas. */
  async send(account: Account, to: Address, data: Hex): Promise<TransactionReceipt> {
    const wallet = createWalletClient({ account, chain: LOCAL_CHAIN, transport: http(this.config.rpcUrl) });
    return this.mined(await wallet.sendTransaction({ to, data }));
  }

  /** Sends a call of the market through the relayer, who pays the gas. */
  async relay(data: Hex): Promise<TransactionReceipt> {
    const { id: callId } = await this.#api.call('relayCall', { body: { to: this.config.market, data } });
    const ended = await waitFor('the relayed call', async () => {
      const call = await this.#api.call('readRelayedCall', { params: { callId } });
      return call.status !== 'QUEUED' && call.status !== 'SENT' && call;
    });
    if (ended.status === 'DONE' && ended.transactionHash !== null) return this.mined(ended.transactionHash);
    throw new Error(`The ledger refused the relayed call ${callId}: ${ended.error?.name ?? 'no reason'}.`);
  }

  marketCall(functionName: string, args: readonly unknown[]): Hex {
    return encodeFunctionData({ abi: plugpactMarketAbi, functionName, args } as never);
  }

  purse(account: Address, purse: number) {
    return this.reads.readContract({
      address: this.config.market,
      abi: plugpactMarketAbi,
      functionName: 'purseOf',
      args: [account, purse],
    });
  }
}
