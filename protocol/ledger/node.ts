import { type Address, createPublicClient, custom, type Hex, numberToHex, type PublicClient } from 'viem';
import type { z } from 'zod';
import {
  headerAnswer,
  type LedgerHeader,
  type LedgerLog,
  logAnswer,
  receiptsAnswer,
  usualLog,
} from './answers.ts';
import { ContradictoryAnswer } from './faults.ts';
import { RpcSocket } from './socket.ts';
import { isWebSocketUrl, rpcTransport } from './transport.ts';

/** Requests that are under way at once to one node. */
const PARALLEL_REQUESTS = 16;
/** Logs are checked and copied in slices of this many, so that the event loop has turns between them. */
const SLICE_LOGS = 250;

/** Which logs: of a range of blocks, or of one block by its hash. */
export type LogFilter = { address: Address; topics?: [Hex[]] } & (
  | { fromBlock: number; toBlock: number }
  | { blockHash: Hex }
);

/** One JSON-RPC endpoint of the ledger. Answers of another form than the standard's are a `ContradictoryAnswer`. */
export class LedgerNode {
  readonly url: string;
  readonly client: PublicClient;
  readonly #socket: RpcSocket | undefined;
  #hasReceipts = true;

  /** The client does not retry: the caller decides whether to try again. */
  constructor(url: string, timeoutMs?: number) {
    this.url = url;
    const socket = isWebSocketUrl(url) ? new RpcSocket(url) : undefined;
    const transport = socket === undefined ? rpcTransport(url, timeoutMs) : custom(socket, { retryCount: 0 });
    this.client = createPublicClient({ transport });
    this.#socket = socket;
  }

  /** Host and port: what may be shown, since the path often holds an access key. */
  get host(): string {
    return new URL(this.url).host;
  }

  async head(): Promise<LedgerHeader> {
    const header = parsed(headerAnswer, await this.#ask('eth_getBlockByNumber', ['latest', false]), 0);
    return header;
  }

  /** Undefined where the node has no such block. */
  async header(number: number): Promise<LedgerHeader | undefined> {
    const answer = await this.#ask('eth_getBlockByNumber', [numberToHex(number), false]);
    if (answer === null) return undefined;
    const header = parsed(headerAnswer, answer, number);
    if (header.number !== number)
      throw new ContradictoryAnswer(`block ${header.number} was answered`, number);
    return header;
  }

  /** The headers in the order of `numbers`, several under way at once. */
  async headers(numbers: readonly number[]): Promise<(LedgerHeader | undefined)[]> {
    const found: (LedgerHeader | undefined)[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      for (let i = next++; i < numbers.length; i = next++) found[i] = await this.header(numbers[i]!);
    };
    await Promise.all(Array.from({ length: Math.min(PARALLEL_REQUESTS, numbers.length) }, work));
    return found;
  }

  async logs(filter: LogFilter): Promise<LedgerLog[]> {
    const param =
      'blockHash' in filter
        ? filter
        : { ...filter, fromBlock: numberToHex(filter.fromBlock), toBlock: numberToHex(filter.toBlock) };
    const from = 'blockHash' in filter ? 0 : filter.fromBlock;
    const answer = await this.#ask('eth_getLogs', [param]);
    if (!Array.isArray(answer)) throw new ContradictoryAnswer('the logs are no list', from);
    return inSlices(answer, (log) => usualLog(log) ?? parsed(logAnswer, log, from));
  }

  /** All logs of a block, from the receipts of its transactions; undefined where the node cannot give them. */
  async receiptLogs({ number, hash }: { number: number; hash: Hex }): Promise<LedgerLog[] | undefined> {
    if (!this.#hasReceipts) return undefined;
    const answer = await this.#ask('eth_getBlockReceipts', [numberToHex(number)]).catch(() => undefined);
    const receipts = receiptsAnswer.safeParse(answer);
    this.#hasReceipts = receipts.success;
    if (!receipts.success || receipts.data.some(({ blockHash }) => blockHash !== hash)) return undefined;
    return receipts.data.flatMap(({ logs }) => logs);
  }

  /** Calls `onHead` at each new block, until the connection is lost. Only over a WebSocket. */
  async subscribeHeads(onHead: () => void, onLost: () => void): Promise<void> {
    await this.#socket?.subscribeHeads(onHead, onLost);
  }

  /** Ends the connection, where it is one that stays. */
  async close(): Promise<void> {
    await this.#socket?.close();
  }

  #ask(method: string, params: unknown[]): Promise<unknown> {
    return this.client.request({ method, params } as never);
  }
}

function parsed<T extends z.ZodType>(schema: T, answer: unknown, block: number): z.output<T> {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ContradictoryAnswer(`${issue?.path.join('.')} of an answer: ${issue?.message}`, block);
}

/** Maps with a turn of the event loop after each slice. */
export async function inSlices<T, U>(items: readonly T[], map: (item: T) => U): Promise<U[]> {
  const mapped: U[] = [];
  for (const item of items) {
    if (mapped.length > 0 && mapped.length % SLICE_LOGS === 0) {
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    mapped.push(map(item));
  }
  return mapped;
}
