import { type Address, decodeErrorResult, type Hex, type Log, parseEventLogs, toHex } from 'viem';
import { demoTokenAbi, plugpactMarketAbi } from '../../protocol/abi.ts';
import { type RpcAnswer, rpcBatch } from '../../scripts/lib/json-rpc.ts';
import { addressOf } from './actors.ts';
import type { Call } from './calls.ts';
import { encode } from './encode.ts';
import { type MarketAddresses, signTransaction } from './sign.ts';
import type { World } from './world.ts';

/** A request of JSON-RPC. */
export type Request = readonly [method: string, params: readonly unknown[]];

export interface Receipt {
  status: Hex;
  logs: Log[];
  blockTimestamp: Hex | number;
}

/** More gas than any step needs; a batch gives each item 250,000. */
const GAS = toHex(3_000_000);

const ABI = [...plugpactMarketAbi, ...demoTokenAbi];

/** The name of the custom error in what a call returned. */
export const errorNameIn = (data: Hex): string => decodeErrorResult({ abi: ABI, data }).errorName;

/** The real market on its own node, where any account may send without a signature, at any time. */
export class Ledger {
  readonly addresses: MarketAddresses;
  readonly #url: string;

  constructor(url: string, addresses: MarketAddresses) {
    this.#url = url;
    this.addresses = addresses;
  }

  /** Several requests in one batch, for speed. */
  ask<T>(requests: readonly Request[]): Promise<RpcAnswer<T>[]> {
    return rpcBatch<T>(this.#url, requests);
  }

  async one<T>(method: string, params: readonly unknown[] = []): Promise<T> {
    const [answer] = await this.ask<T>([[method, params]]);
    if (!answer || answer.error) throw new Error(`${method}: ${answer?.error?.message ?? 'no answer'}`);
    return answer.result as T;
  }

  /** The error with which the call would be refused at the model's time, or null. */
  async refusalOf(world: World, call: Call): Promise<string | null> {
    const time = { time: toHex(world.nowSec) };
    const [answer] = await this.ask<Hex>([
      ['eth_call', [await this.#transaction(world, call), 'latest', {}, time]],
    ]);
    if (!answer?.error) return null;
    return answer.error.data ? errorNameIn(answer.error.data) : answer.error.message;
  }

  /** Makes the call at the model's time. */
  async send(world: World, call: Call): Promise<Receipt> {
    const transaction = await this.#transaction(world, call);
    return this.sendRaw(world.nowSec, transaction);
  }

  /** The same with the sender's own signature on the transaction, which costs time: an audit recovers it. */
  async sendSigned(world: World, call: Call): Promise<Receipt> {
    const { from, to, data } = await this.#transaction(world, call);
    const nonce = Number(await this.one<Hex>('eth_getTransactionCount', [from, 'latest']));
    const { chainId } = this.addresses;
    const unsigned = { type: 'legacy', chainId, to, data, nonce, gas: BigInt(GAS), gasPrice: 0n } as const;
    return this.#mine(world.nowSec, ['eth_sendRawTransactionSync', [signTransaction(call.sender, unsigned)]]);
  }

  sendRaw(nowSec: number, transaction: object): Promise<Receipt> {
    return this.#mine(nowSec, ['eth_sendTransactionSync', [transaction]]);
  }

  async #mine(nowSec: number, sending: Request): Promise<Receipt> {
    await this.one('evm_setNextBlockTimestamp', [nowSec]);
    const receipt = await this.one<Receipt>(...sending);
    if (Number(receipt.blockTimestamp) !== nowSec) throw new Error(`The block is not of ${nowSec}.`);
    return receipt;
  }

  async #transaction(world: World, call: Call) {
    const data = await encode(this.addresses, world, call);
    return transactionOf(addressOf(call.sender), this.addresses.market, data);
  }

  /** The market's events of a transaction. */
  eventsOf({ logs }: Receipt) {
    const ours = logs.filter(({ address }) => address.toLowerCase() === this.addresses.market.toLowerCase());
    return parseEventLogs({ abi: plugpactMarketAbi, logs: ours });
  }
}

/** Gas is free on this node, so that keys without ether may send. */
export const transactionOf = (from: Address, to: Address, data: Hex) => ({
  from,
  to,
  data,
  gas: GAS,
  gasPrice: '0x0',
});
