/** Why a node gave no result. */
export type RefusalKind =
  /** It wants fewer requests: HTTP 429 or its like. */
  | 'rateLimited'
  /** The range, the number of logs or the answer is too large for it. */
  | 'tooMany'
  /** It no longer has the state of an old block. */
  | 'noState'
  /** No connection, no time, an error of its own, or no JSON. */
  | 'unreachable'
  /** It refused this request, for another reason. */
  | 'refused';

/** A request without a result. */
export class NodeRefusal extends Error {
  readonly kind: RefusalKind;
  /** Of JSON-RPC, where the node gave one; viem decodes reverted calls by `code` and `data`. */
  readonly code: number | undefined;
  readonly data: unknown;
  /** What the node asked for by its header Retry-After. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: RefusalKind,
    message: string,
    { code, data, retryAfterMs }: { code?: number; data?: unknown; retryAfterMs?: number | undefined } = {},
  ) {
    super(message);
    this.name = 'NodeRefusal';
    this.kind = kind;
    this.code = code;
    this.data = data;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Of a limit of logs, blocks or bytes: looked at first, since its words say "limit" and "exceeded" as well. */
const TOO_MANY =
  /block range|limited to (?:\S+ ){0,3}range|range (?:is |was )?(?:too|exceed|limit)|(?:max|maximum|wide|large|limit\w*) (?:\w+ ){0,2}range|too many (?:results|logs|blocks|topics)|more than [\d,_]+ (?:results|logs|blocks)|query returned|response size|(?:response|result|payload|body|request entity) (?:is )?too (?:large|big)|(?:limit\w*|max\w*|exceed\w*) (?:\w+ ){0,4}[\d,_]+ (?:blocks|logs|results)|query time|please narrow/i;

const RATE_LIMITED =
  /too many requests|rate.?limit|request (?:rate|limit|count)|throttl|compute units|throughput|quota|capacity exceeded|requests per/i;

const NO_STATE =
  /missing trie node|header not found|block ?(?:number )?out ?of ?range|unknown block|block not found|historical state|state (?:\w+ ){0,4}(?:not available|unavailable|pruned|missing|not found)|no state|archive|pruned|distance to target block|old data/i;

const HTTP_TOO_MANY_REQUESTS = 429;
const HTTP_TOO_LARGE = 413;
/** "Limit exceeded" of EIP-1474: of requests or of results, as the words say. */
const RPC_LIMIT_EXCEEDED = -32_005;

/** The reason of an error that JSON-RPC carried. */
export function kindOfRpcError({ code, message }: { code: number; message: string }): RefusalKind {
  if (TOO_MANY.test(message)) return 'tooMany';
  if (code === HTTP_TOO_MANY_REQUESTS || RATE_LIMITED.test(message)) return 'rateLimited';
  if (NO_STATE.test(message)) return 'noState';
  return code === RPC_LIMIT_EXCEEDED ? 'tooMany' : 'refused';
}

/** The reason of an answer by status alone. */
export function kindOfStatus(status: number): RefusalKind {
  if (status === HTTP_TOO_MANY_REQUESTS) return 'rateLimited';
  if (status === HTTP_TOO_LARGE) return 'tooMany';
  return status >= 500 || status === 408 ? 'unreachable' : 'refused';
}

/** Milliseconds of a header Retry-After: seconds or a date. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}

/** Limits that a refusal names. */
export interface NamedLimits {
  blocks?: number;
  logs?: number;
}

const NUMBER = '([\\d][\\d,_]*)';
const LOGS_NAMED = new RegExp(
  `${NUMBER} (?:results|logs|events|entries)|\\b(?:results|logs) ?(?:limit)?[^\\d]{0,20}${NUMBER}`,
  'i',
);
const BLOCKS_NAMED = new RegExp(
  `${NUMBER}[ -](?:\\w+ )?blocks?|limited to (?:a )?${NUMBER}|(?:block |max(?:imum)? )?range[^\\dx]{0,40}${NUMBER}(?!x)`,
  'i',
);

/** The limit in the words of a refusal, as most providers write it. */
export function limitsNamedIn(message: string): NamedLimits {
  const found = (pattern: RegExp): number | undefined => {
    const match = pattern.exec(message);
    const digits = match?.slice(1).find((each) => each !== undefined);
    const value = digits === undefined ? 0 : Number(digits.replace(/[,_]/g, ''));
    return value > 0 ? value : undefined;
  };
  const logs = found(LOGS_NAMED);
  if (logs !== undefined) return { logs };
  const blocks = found(BLOCKS_NAMED);
  return blocks === undefined ? {} : { blocks };
}

/** The node's refusal behind an error, however a library wrapped it. */
export function refusalOf(error: unknown): NodeRefusal | undefined {
  let cause = error;
  while (cause instanceof Error) {
    if (cause instanceof NodeRefusal) return cause;
    cause = cause.cause;
  }
  return undefined;
}
