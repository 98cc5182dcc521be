import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Call {
  id: number;
  method: string;
  params?: unknown[];
}

interface Log {
  blockNumber: string;
  logIndex: string;
}

type Header = { number: string; hash: string } | null;

/** What a node does instead of answering as it should, by the calls that it can do it to. */
const LIES = {
  any: ['disconnect', 'cut', 'malformed', 'status400', 'status429', 'status502'],
  eth_getLogs: ['omit', 'empty', 'repeat', 'reorder', 'foreign'],
  eth_getBlockByNumber: ['lag', 'branch', 'noGenesis'],
  eth_chainId: ['chainId'],
  eth_getCode: ['noCode'],
} as const;

export type Lie = (typeof LIES)[keyof typeof LIES][number] | 'stall';

/** The lie of this number, among those that fit a call. */
export function lieOf(method: string, number: number): Lie {
  const own: readonly Lie[] = method in LIES ? LIES[method as keyof typeof LIES] : [];
  // Half of the lies are well formed, where a call has such.
  const lies = own.length > 0 && number % 2 === 0 ? own : LIES.any;
  return lies[(number >> 1) % lies.length]!;
}

const LAG_BLOCKS = 3;

/** Stands in front of a real node, speaks its JSON-RPC, and lies when `lie` says so. */
export class LyingNode {
  /** The lie for a call; undefined for the truth. */
  lie: (method: string, params: unknown[]) => Lie | undefined = () => undefined;
  /** A block whose logs it never gives, however it is asked. */
  hiddenBlock: number | undefined;
  /** Calls by method. */
  readonly asked = new Map<string, number>();
  /** Lies told, of those that fitted their call. */
  told = 0;
  readonly #target: string;
  readonly #server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    await this.#answer(JSON.parse(text) as Call, text, response).catch(() => response.destroy());
  });

  private constructor(target: string) {
    this.#target = target;
  }

  static async start(target: string): Promise<LyingNode> {
    const node = new LyingNode(target);
    await new Promise<void>((resolve) => node.#server.listen(0, '127.0.0.1', resolve));
    return node;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/key`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(call: Call, text: string, response: ServerResponse): Promise<void> {
    const { id, method, params = [] } = call;
    this.asked.set(method, (this.asked.get(method) ?? 0) + 1);
    const lie = this.lie(method, params);
    if (lie !== undefined && refusesBy(lie, response)) {
      this.told += 1;
      return;
    }
    const headers = { 'content-type': 'application/json' };
    const honest = await fetch(this.#target, { method: 'POST', headers, body: text });
    const answer = (await honest.json()) as { result?: unknown };
    const shown =
      this.hiddenBlock === undefined ? answer.result : hidden(this.hiddenBlock, call, answer.result);
    const result = lie === undefined ? shown : falsified(lie, call, shown);
    if (result !== answer.result) this.told += 1;
    const body = JSON.stringify('result' in answer ? { jsonrpc: '2.0', id, result } : answer);
    response.writeHead(200, { ...headers, 'content-length': Buffer.byteLength(body) });
    if (lie !== 'cut') return void response.end(body);
    this.told += 1;
    response.write(body.slice(0, body.length / 2));
    setImmediate(() => response.destroy());
  }
}

/** Gives no answer of JSON-RPC, if it is such a lie. */
function refusesBy(lie: Lie, response: ServerResponse): boolean {
  const status = { status400: 400, status429: 429, status502: 502 }[lie as string];
  if (lie === 'disconnect') response.destroy();
  else if (lie === 'malformed') response.end('<html>busy</html>');
  else if (status !== undefined) response.writeHead(status).end('{}');
  // The caller's time-out ends it.
  return status !== undefined || lie === 'disconnect' || lie === 'malformed' || lie === 'stall';
}

function hidden(block: number, { method }: Call, result: unknown): unknown {
  const isShown = ({ blockNumber }: { blockNumber: string }) => Number(blockNumber) !== block;
  if (method === 'eth_getLogs') return (result as Log[]).filter(isShown);
  if (method !== 'eth_getBlockReceipts') return result;
  return (result as { blockNumber: string }[]).map((receipt) =>
    isShown(receipt) ? receipt : { ...receipt, logs: [] },
  );
}

/** A well-formed result that is not the true one; the true one where the lie is not of this call. */
function falsified(lie: Lie, { method, params = [] }: Call, result: unknown): unknown {
  if (method === 'eth_getLogs') return falseLogs(lie, result as Log[]);
  if (method === 'eth_getBlockByNumber') return falseHeader(lie, params, result as Header);
  if (method === 'eth_chainId' && lie === 'chainId') return '0x7b';
  if (method === 'eth_getCode' && lie === 'noCode') return '0x';
  return result;
}

function falseLogs(lie: Lie, logs: Log[]): Log[] {
  if (logs.length === 0) return logs;
  if (lie === 'empty') return [];
  if (lie === 'omit') return logs.toSpliced(logs.length >> 1, 1);
  if (lie === 'repeat') return [...logs, ...logs];
  if (lie === 'reorder') return logs.length > 1 ? logs.toReversed() : logs;
  if (lie === 'foreign') return logs.map((log) => ({ ...log, address: `0x${'11'.repeat(20)}` }));
  return logs;
}

function falseHeader(lie: Lie, [block]: unknown[], header: Header): Header {
  if (header === null) return null;
  if (lie === 'noGenesis' && block === '0x0') return null;
  if (lie === 'branch' && block !== '0x0') {
    return { ...header, hash: `0x${header.hash.slice(4).padEnd(64, '7')}` };
  }
  // Only a header by number can be left out without the node being caught: the newest is of another block then.
  if (lie === 'lag' && block !== 'latest' && Number(header.number) > LAG_BLOCKS) return null;
  return header;
}
