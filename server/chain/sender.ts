import { type Address, createWalletClient, custom, type Hex } from 'viem';
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

/**
 * Gives an account its turn to send, and the nonce that it must not fall below. `send` resolves with the nonce after it.
 */
export type NonceTurns = (account: Address, send: (least: number) => Promise<number>) => Promise<void>;

/** Turns of the senders of this process alone. */
function ownNonces(): NonceTurns {
  let next = 0;
  return async (_account, send) => {
    const least = next;
    next = 0;
    next = await send(least);
  };
}

export function createSender(client: LedgerClient, privateKey: Hex, turns: NonceTurns = ownNonces()): Sender {
  const account = privateKeyToAccount(privateKey);
  const wallet = createWalletClient({ account, transport: custom(client, { retryCount: 0 }) });
  const sendNow = async (call: Call, least: number): Promise<{ hash: Hex; nonce: number }> => {
    const [pending, gas] = await Promise.all([
      client.getTransactionCount({ address: account.address, blockTag: 'pending' }),
      client.estimateGas({ account, ...call }),
    ]);
    // Behind a load balancer, this node may not have the previous transaction yet.
    const nonce = Math.max(pending, least);
    const hash = await wallet.sendTransaction({
      ...call,
      chain: null,
      nonce,
      gas: gas + (gas * GAS_MARGIN_PERCENT) / 100n,
    });
    return { hash, nonce };
  };
  const inTurn = async (call: Call): Promise<Hex> => {
    let sent: Hex | undefined;
    await turns(account.address, async (least) => {
      const { hash, nonce } = await sendNow(call, least);
      sent = hash;
      return nonce + 1;
    });
    return sent!;
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    address: account.address,
    send(call) {
      const sent = last.then(() => inTurn(call));
      last = sent.catch(() => undefined);
      return sent;
    },
  };
}
