import { type Address, type Hex, toHex, zeroHash } from 'viem';
import { bloomOf } from './bloom.ts';
import { blockSec } from './bookings.ts';
import { hexOf } from './draw.ts';
import { type Encoded, logAt, statusLog } from './encode.ts';
import { type History, KINDS } from './history.ts';

export const CHAIN_ID = 271_828;
export const MARKET: Address = '0x9a2c6e1b4d5f708192a3b4c5d6e7f80912a3b4c5';
export const TOKEN: Address = '0x70ce2b4d5f708192a3b4c5d6e7f8091a2b3c4d5e';

const BLOCK = 7;
const TRANSACTION = 8;
const LOGS_PER_BLOCK_MAX = 65_536;
const EMPTY_BLOOM: Hex = `0x${'00'.repeat(256)}`;
const HASH_OF_NO_UNCLES: Hex = '0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347';

/** An event as `eth_getLogs` gives it. */
export interface RpcLog extends Encoded {
  address: Address;
  blockNumber: Hex;
  blockHash: Hex;
  blockTimestamp: Hex;
  transactionHash: Hex;
  transactionIndex: Hex;
  logIndex: Hex;
  removed: false;
}

/** An event `ListingStatusChanged` beyond the history. */
export interface StatusChange {
  listing: number;
  status: number;
  version: number;
}

interface KeptBlock {
  logs: RpcLog[];
  bloom: Hex | undefined;
}

/** Enough for a reader that asks for headers, logs and receipts of the same blocks one after the other. */
const KEPT_BLOCKS = 1_000;

/** A ledger that is encoded on demand. Only its head and the blocks made later change. */
export class GeneratedChain {
  readonly history: History;
  /** The newest block that callers see. */
  head: number;
  /** Blocks made beyond the history. */
  readonly #made = new Map<number, StatusChange[]>();
  readonly #kept = new Map<number, KeptBlock>();
  readonly #keptBlocks: number;

  constructor(history: History, keptBlocks = KEPT_BLOCKS) {
    this.history = history;
    this.head = history.lastBlock;
    this.#keptBlocks = keptBlocks;
  }

  #word(kind: number, subject: number): Hex {
    return `0x${hexOf({ seed: this.history.options.seed, kind, subject }, 0, 32)}`;
  }

  hashOf(block: number): Hex {
    return block < 0 ? zeroHash : this.#word(BLOCK, block);
  }

  /** The number of a block that callers see; undefined for another hash. */
  numberOf(hash: Hex): number | undefined {
    for (let block = this.head; block >= 0; block--) if (this.hashOf(block) === hash) return block;
    return undefined;
  }

  secOf(block: number): number {
    return blockSec(this.history.options.genesisSec, block);
  }

  /** Adds a block with these changes; gives its number. */
  make(changes: StatusChange[]): number {
    this.head += 1;
    this.#made.set(this.head, changes);
    return this.head;
  }

  countIn(from: number, to: number): number {
    const { starts, lastBlock } = this.history;
    const [low, high] = [Math.max(0, from), Math.min(to, this.head, lastBlock)];
    const planned = low > high ? 0 : starts[high + 1]! - starts[low]!;
    const made = [...this.#made].filter(([block]) => block >= from && block <= to);
    return made.reduce((sum, [, changes]) => sum + changes.length, planned);
  }

  #encodedIn(block: number): Encoded[] {
    const made = this.#made.get(block);
    if (made !== undefined)
      return made.map(({ listing, status, version }) => statusLog(this.history, listing, status, version));
    const { starts, kinds, subjects, lastBlock } = this.history;
    if (block > lastBlock) return [];
    const ref = { chainId: CHAIN_ID, market: MARKET };
    const logs: Encoded[] = [];
    for (let at = starts[block]!; at < starts[block + 1]!; at++) {
      logs.push(logAt(this.history, ref, KINDS[kinds[at]!]!, subjects[at]!, this.secOf(block)));
    }
    return logs;
  }

  /** A block's events, encoded once while it is among the last that were asked for. */
  #keep(block: number): KeptBlock {
    const known = this.#kept.get(block);
    if (known !== undefined) return known;
    const kept: KeptBlock = { logs: this.#logsOf(block), bloom: undefined };
    this.#kept.set(block, kept);
    if (this.#kept.size > this.#keptBlocks) this.#kept.delete(this.#kept.keys().next().value!);
    return kept;
  }

  logsOf(block: number): readonly RpcLog[] {
    return this.countIn(block, block) === 0 ? [] : this.#keep(block).logs;
  }

  /** Each event in a transaction of its own. */
  #logsOf(block: number): RpcLog[] {
    const blockHash = this.hashOf(block);
    const blockTimestamp = toHex(this.secOf(block));
    return this.#encodedIn(block).map((log, index) => ({
      address: MARKET,
      ...log,
      blockNumber: toHex(block),
      blockHash,
      blockTimestamp,
      transactionHash: this.#word(TRANSACTION, block * LOGS_PER_BLOCK_MAX + index),
      transactionIndex: toHex(index),
      logIndex: toHex(index),
      removed: false,
    }));
  }

  bloomOf(block: number): Hex {
    if (this.countIn(block, block) === 0) return EMPTY_BLOOM;
    const kept = this.#keep(block);
    kept.bloom ??= bloomOf(kept.logs);
    return kept.bloom;
  }

  blockOf(block: number): object {
    const count = this.countIn(block, block);
    const transactions = Array.from({ length: count }, (_unused, index) =>
      this.#word(TRANSACTION, block * LOGS_PER_BLOCK_MAX + index),
    );
    return {
      number: toHex(block),
      hash: this.hashOf(block),
      parentHash: this.hashOf(block - 1),
      timestamp: toHex(this.secOf(block)),
      logsBloom: this.bloomOf(block),
      transactions,
      ...FIXED,
    };
  }

  receiptsOf(block: number): object[] {
    return this.logsOf(block).map((log) => ({
      ...{ blockHash: log.blockHash, blockNumber: log.blockNumber, contractAddress: null },
      ...{ transactionHash: log.transactionHash, transactionIndex: log.transactionIndex },
      ...{
        cumulativeGasUsed: '0x0',
        effectiveGasPrice: '0x1',
        gasUsed: '0x5208',
        status: '0x1',
        type: '0x2',
      },
      ...{ from: TOKEN, to: MARKET, logs: [log], logsBloom: bloomOf([log]) },
    }));
  }
}

/** What nobody reads of a header. */
const FIXED = {
  baseFeePerGas: '0x1',
  difficulty: '0x0',
  extraData: '0x',
  gasLimit: '0x1c9c380',
  gasUsed: '0x0',
  miner: TOKEN,
  mixHash: zeroHash,
  nonce: '0x0000000000000000',
  receiptsRoot: zeroHash,
  sha3Uncles: HASH_OF_NO_UNCLES,
  size: '0x400',
  stateRoot: zeroHash,
  transactionsRoot: zeroHash,
  uncles: [],
};
