import {
  BaseError,
  HttpRequestError,
  LimitExceededRpcError,
  ResponseBodyTooLargeError,
  RpcRequestError,
  TimeoutError,
} from 'viem';

/**
 * A node's answers contradict each other, its own headers or another node's. Each of them may be well formed; which one
 * is false is not known. The blocks must be read again, from another node where there is one.
 */
export class ContradictoryAnswer extends Error {
  readonly fromBlock: number;
  readonly toBlock: number;

  constructor(reason: string, fromBlock: number, toBlock = fromBlock) {
    super(`Blocks ${fromBlock} to ${toBlock}: ${reason}`);
    this.name = 'ContradictoryAnswer';
    this.fromBlock = fromBlock;
    this.toBlock = toBlock;
  }
}

/** The branch changed between two answers that belong together, or the node does not have the blocks. Read again. */
export class BranchMoved extends Error {
  readonly fromBlock: number;
  readonly toBlock: number;

  constructor(fromBlock: number, toBlock: number) {
    super(`The ledger changed branch while blocks ${fromBlock} to ${toBlock} were read.`);
    this.name = 'BranchMoved';
    this.fromBlock = fromBlock;
    this.toBlock = toBlock;
  }
}

/**
 * What a refused range says. `length`: the node answered that it is too long or too large, so that a shorter one can be
 * asked at once. `load`: it took too long, or there were too many requests, so that a shorter one is asked after a pause.
 */
export type Refusal = 'length' | 'load';

/** Statuses by which gateways refuse a range for its length. */
const LENGTH_STATUSES: ReadonlySet<number> = new Set([400, 413]);
const LOAD_STATUSES: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
/** The code for "too many requests" that some nodes send inside an answer with status 200. */
const TOO_MANY_REQUESTS = 429;

/** Whether a range may have been refused for its length; undefined for an error that a shorter one would meet too. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (!(error instanceof BaseError)) return undefined;
  const find = <T extends Error>(type: new (...args: never[]) => T) =>
    error.walk((inner) => inner instanceof type) as T | null;
  if (find(TimeoutError) !== null) return 'load';
  const http = find(HttpRequestError);
  if (http !== null) return refusalOfHttp(http);
  if (find(ResponseBodyTooLargeError) !== null) return 'length';
  const rpc = find(RpcRequestError);
  if (rpc === null && find(LimitExceededRpcError) === null) return undefined;
  // Nodes word it differently, so every refusal counts.
  return rpc?.code === TOO_MANY_REQUESTS ? 'load' : 'length';
}

function refusalOfHttp({ status, cause }: HttpRequestError): Refusal | undefined {
  if (status !== undefined && LOAD_STATUSES.has(status)) return 'load';
  if (status !== undefined && LENGTH_STATUSES.has(status)) return 'length';
  // The answer had begun, and was cut, took too long, or was too long or no JSON.
  const code = (cause as { code?: unknown } | undefined)?.code;
  if (status === 200) return code === 'ECONNRESET' || code === 'ABORT_ERR' ? 'load' : 'length';
  return undefined;
}
