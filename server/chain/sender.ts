import { type Address, createWalletClient, type Hex, http } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { LedgerClient } from './client.ts';

/** Gas above the estimate, in percent: a call mined before may make a storage slot cost more. */
const GAS_MARGIN_PERCENT = 25n;

export interface Call {
  to: Address;
  data?: Hex;
  /** Wei. */
  value?: bigint;
}

/** Sends the transactions of one key one after another, so that their nonces never collide. */
export interface Sender {
  address: Address;
  /** Resolves with the hash once the node has accepted the transaction; rejects with viem's error otherwise. */
  send(call: Call): Promise<Hex>;
}

export function createSender(client: LedgerClient, rpcUrl: string, privateKey: Hex): Sender {
  const account = privateKeyToAccount(privateKey);
  const wallet = createWalletClient({ account, transport: http(rpcUrl, { retryCount: 0 }) });
  let nextNonce = 0;
  const sendNow = async (call: Call): Promise<Hex> => {
    const [pending, gas] = await Promise.all([
      client.getTransactionCount({ address: account.address, blockTag: 'pending' }),
      client.estimateGas({ account, ...call }),
    ]);
    // Behind a load balancer, this node may not have the previous transaction yet.
    const nonce = Math.max(pending, nextNonce);
    nextNonce = 0;
    const hash = await wallet.sendTransaction({
      ...call,
      chain: null,
      nonce,
      gas: gas + (gas * GAS_MARGIN_PERCENT) / 100n,
    });
    nextNonce = nonce + 1;
    return hash;
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    address: account.address,
    send(call) {
      const sent = last.then(() => sendNow(call));
      last = sent.catch(() => undefined);
      return sent;
    },
  };
}
