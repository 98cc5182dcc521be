import {
  encodeEventTopics,
  type Hex,
  keccak256,
  numberToHex,
  parseTransaction,
  size,
  slice,
  type TransactionReceipt,
  toFunctionSelector,
} from 'viem';
import { plugpactMarketAbi } from '../../../protocol/abi.ts';
import type { LedgerClient } from '../../../server/chain/client.ts';

const ITEM_BYTES = 15 * 32;
const bookAll = plugpactMarketAbi.find((part) => part.type === 'function' && part.name === 'bookAll');
const BATCH = toFunctionSelector(bookAll as Extract<typeof bookAll, { type: 'function' }>);
export const BOOK: Hex = '0x11111111';

/** Gas of a single call, and of an item of a batch and the batch around it. */
const SINGLE_GAS = 90_000n;
const ITEM_GAS = 60_000n;
const AROUND_GAS = 35_000n;

interface Pending {
  hash: Hex;
  raw: Hex;
  nonce: number;
  data: Hex;
  gas: bigint;
  maxFee: bigint;
  tip: bigint;
}

interface Mined extends Pending {
  cost: bigint;
  gasUsed: bigint;
  isGood: boolean;
  /** Items that were refused, by number. */
  skipped: number[];
  /** Items that were done. */
  done: Hex[];
}

interface Block {
  number: bigint;
  hash: Hex;
  baseFee: bigint;
  transactions: Mined[];
}

const notFound = (name: string): Error => Object.assign(new Error(name), { name });

/** The items that a transaction's data asks for: that of a single call, or those of a batch. */
export function itemsOf(data: Hex): Hex[] {
  const body = slice(data, 4);
  if (!data.startsWith(BATCH)) return [body];
  const items: Hex[] = [];
  for (let at = 3 * 32; at < size(body); at += ITEM_BYTES) items.push(slice(body, at, at + ITEM_BYTES));
  return items;
}

/**
 * A ledger in memory with one sender, by the rules of EIP-1559: what it is asked to do it does once. It loses
 * transactions, blocks and connections where a test tells it to.
 */
export class FakeLedger {
  baseFee = 10n;
  tip = 2n;
  isOffline = false;
  /** Takes transactions and forgets them. */
  isLossy = false;
  balance: bigint;
  blocks: Block[] = [{ number: 0n, hash: numberToHex(1, { size: 32 }), baseFee: 10n, transactions: [] }];
  pool = new Map<number, Pending>();
  #hashes = 1;

  constructor(balance: bigint) {
    this.balance = balance;
  }

  get mined(): Mined[] {
    return this.blocks.flatMap((block) => block.transactions);
  }

  get count(): number {
    return this.mined.length;
  }

  get done(): Hex[] {
    return this.mined.flatMap((transaction) => transaction.done);
  }

  /** Mines what the pool has and the base fee lets through. `used`: part of its limit that a transaction uses, percent. */
  mine(used: bigint): void {
    const transactions: Mined[] = [];
    const done = new Set(this.done);
    for (let nonce = this.count; ; nonce++) {
      const next = this.pool.get(nonce);
      if (next === undefined || next.maxFee < this.baseFee) break;
      this.pool.delete(nonce);
      transactions.push(this.#execute(next, used, done));
    }
    this.#hashes += 1;
    const hash = numberToHex(this.#hashes, { size: 32 });
    this.blocks.push({ number: BigInt(this.blocks.length), hash, baseFee: this.baseFee, transactions });
  }

  #execute(pending: Pending, used: bigint, done: Set<Hex>): Mined {
    const items = itemsOf(pending.data);
    const isDone = items.map((item) => done.has(item));
    const isGood = items.length > 1 || !isDone[0];
    const fresh = items.filter((_, i) => !isDone[i]);
    for (const item of fresh) done.add(item);
    const gasUsed = (pending.gas * used) / 100n;
    const price = pending.maxFee < this.baseFee + pending.tip ? pending.maxFee : this.baseFee + pending.tip;
    const cost = gasUsed * price;
    this.balance -= cost;
    const skipped = items.length > 1 ? [...items.keys()].filter((i) => isDone[i]) : [];
    return { ...pending, cost, gasUsed, isGood, skipped, done: isGood ? fresh : [] };
  }

  /** Takes the last blocks back. Their transactions wait again, or are forgotten. */
  reorg(depth: number, isForgotten: boolean): void {
    for (let i = 0; i < depth && this.blocks.length > 1; i++) {
      for (const transaction of this.blocks.pop()!.transactions) {
        this.balance += transaction.cost;
        if (!isForgotten) this.pool.set(transaction.nonce, transaction);
      }
    }
    this.mine(100n);
  }

  estimate(data: Hex): bigint | undefined {
    const items = itemsOf(data);
    if (items.length > 1) return AROUND_GAS + ITEM_GAS * BigInt(items.length);
    return this.done.includes(items[0]!) ? undefined : SINGLE_GAS;
  }

  #send(raw: Hex): Hex {
    const { nonce = 0, data = '0x', gas = 0n, ...fees } = parseTransaction(raw);
    const { maxFeePerGas: maxFee = 0n, maxPriorityFeePerGas: tip = 0n } = fees;
    const hash = keccak256(raw);
    if (nonce < this.count) throw new Error('nonce too low');
    const before = this.pool.get(nonce);
    const isDearer =
      before === undefined || (maxFee * 10n >= before.maxFee * 11n && tip * 10n >= before.tip * 11n);
    if (!isDearer && before.hash !== hash) throw new Error('replacement transaction underpriced');
    const worst = [...this.pool.values()].reduce(
      (sum, other) => sum + other.gas * other.maxFee,
      gas * maxFee,
    );
    if (worst > this.balance) throw new Error('insufficient funds');
    if (!this.isLossy) this.pool.set(nonce, { hash, raw, nonce, data, gas, maxFee, tip });
    return hash;
  }

  #receipt(hash: Hex): Partial<TransactionReceipt> {
    for (const block of this.blocks) {
      const found = block.transactions.find((transaction) => transaction.hash === hash);
      if (found === undefined) continue;
      return {
        ...{
          transactionHash: hash,
          blockNumber: block.number,
          blockHash: block.hash,
          gasUsed: found.gasUsed,
        },
        ...{ effectiveGasPrice: found.gasUsed === 0n ? 0n : found.cost / found.gasUsed },
        status: found.isGood ? 'success' : 'reverted',
        logs: found.skipped.map(skippedLog) as never,
      };
    }
    throw notFound('TransactionReceiptNotFoundError');
  }

  /** What the server asks of a ledger for its outbox. */
  client(): LedgerClient {
    const answers = {
      getBlock: ({ blockNumber }: { blockNumber?: bigint }) => {
        const block = blockNumber === undefined ? this.blocks.at(-1)! : this.blocks[Number(blockNumber)]!;
        const parentHash = this.blocks[Number(block.number) - 1]?.hash ?? '0x';
        return { ...block, parentHash, baseFeePerGas: this.baseFee };
      },
      getBlockNumber: () => this.blocks.at(-1)!.number,
      getBalance: () => this.balance,
      getChainId: () => 31_337,
      getCode: () => undefined,
      estimateMaxPriorityFeePerGas: () => this.tip,
      estimateGas: ({ data }: { data: Hex }) => {
        const gas = this.estimate(data);
        if (gas === undefined) throw new Error('reverted');
        return gas;
      },
      getTransactionCount: ({ blockTag }: { blockTag: string }) => {
        let count = this.count;
        while (blockTag === 'pending' && this.pool.has(count)) count += 1;
        return count;
      },
      sendRawTransaction: ({ serializedTransaction }: { serializedTransaction: Hex }) =>
        this.#send(serializedTransaction),
      getTransaction: ({ hash }: { hash: Hex }) => {
        const isKnown = [...this.pool.values(), ...this.mined].some(
          (transaction) => transaction.hash === hash,
        );
        if (!isKnown) throw notFound('TransactionNotFoundError');
        return {};
      },
      getTransactionReceipt: ({ hash }: { hash: Hex }) => this.#receipt(hash),
    };
    const online = Object.entries(answers).map(([name, answer]) => [
      name,
      async (argument: never) => {
        if (this.isOffline) throw new Error('offline');
        return answer(argument);
      },
    ]);
    return Object.fromEntries(online) as LedgerClient;
  }
}

function skippedLog(index: number) {
  const event = { abi: plugpactMarketAbi, eventName: 'BatchItemSkipped' } as const;
  const bookingId = numberToHex(0, { size: 32 });
  const topics = encodeEventTopics({ ...event, args: { index: BigInt(index), bookingId } });
  // `Booking_IntentExpired` and its like: which error it is does not matter here.
  const data = `0x${'20'.padStart(64, '0')}${'0'.repeat(64)}` as Hex;
  return { topics, data, address: '0x', logIndex: 0 };
}
