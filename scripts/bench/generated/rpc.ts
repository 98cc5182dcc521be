import { decodeFunctionData, encodeFunctionResult, type Hex, parseUnits, toHex } from 'viem';
import { demoTokenAbi, plugpactMarketAbi } from '../../../protocol/abi.ts';
import { MARKET_MONEY } from '../../../protocol/presets.ts';
import { CHAIN_ID, type GeneratedChain, MARKET, type RpcLog, TOKEN } from './chain.ts';
import { TOKEN_DECIMALS } from './listings.ts';

/** An error of JSON-RPC 2.0, section 5.1. */
export class RpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Blocks below the head. */
const FINALIZED_BELOW = 64;
const SAFE_BELOW = 32;
const REVERTED = 3;
const NO_SUCH_METHOD = -32_601;

const money = (text: string): bigint => parseUnits(text, TOKEN_DECIMALS);

/** What the market and its token answer. Windows in seconds, money in token units. */
const CONSTANTS: Record<string, unknown> = {
  TOKEN,
  BOND_MAX: money(MARKET_MONEY.bondMax),
  FIRST_TRUST_MAX: money(MARKET_MONEY.firstTrustMax),
  FORFEIT_MIN: money(MARKET_MONEY.forfeitMin),
  REPORT_SEC: 86_400,
  CHALLENGE_SEC: 86_400,
  PROOF_SEC: 86_400,
  symbol: 'USDC',
  decimals: TOKEN_DECIMALS,
};

type Params = readonly never[];

/** The number that a block tag or hex number names. */
function blockNumber({ head }: GeneratedChain, tag: string): number {
  const below = { latest: 0, pending: 0, safe: SAFE_BELOW, finalized: FINALIZED_BELOW }[tag];
  if (below !== undefined) return Math.max(0, head - below);
  return tag === 'earliest' ? 0 : Number(tag);
}

const blockAt = (chain: GeneratedChain, number: number | undefined) =>
  number === undefined || number > chain.head ? null : chain.blockOf(number);

interface Filter {
  address?: Hex | Hex[];
  topics?: (Hex | Hex[] | null)[];
  fromBlock?: string;
  toBlock?: string;
  blockHash?: Hex;
}

const isAmong = (value: string | undefined, wanted: string | string[] | null | undefined): boolean =>
  wanted === null ||
  wanted === undefined ||
  (value !== undefined && [wanted].flat().some((one) => one.toLowerCase() === value.toLowerCase()));

function logsOf(chain: GeneratedChain, filter: Filter): RpcLog[] {
  const { address, topics = [], fromBlock = 'latest', toBlock = 'latest', blockHash } = filter;
  if (!isAmong(MARKET, address)) return [];
  const hashed = blockHash === undefined ? undefined : chain.numberOf(blockHash);
  if (blockHash !== undefined && hashed === undefined) throw new RpcError(-32_000, 'unknown block');
  const from = hashed ?? blockNumber(chain, fromBlock);
  const to = Math.min(hashed ?? blockNumber(chain, toBlock), chain.head);
  const logs: RpcLog[] = [];
  for (let block = from; block <= to; block++) {
    for (const log of chain.logsOf(block)) {
      if (topics.every((wanted, at) => isAmong(log.topics[at], wanted))) logs.push(log);
    }
  }
  return logs;
}

function call({ to, data }: { to: Hex; data: Hex }): Hex {
  const abi = isAmong(to, MARKET) ? plugpactMarketAbi : demoTokenAbi;
  try {
    const { functionName } = decodeFunctionData({ abi, data });
    return encodeFunctionResult({ abi, functionName, result: CONSTANTS[functionName] } as never);
  } catch {
    throw new RpcError(REVERTED, 'execution reverted');
  }
}

const METHODS: Record<string, (chain: GeneratedChain, params: Params) => unknown> = {
  eth_chainId: () => toHex(CHAIN_ID),
  net_version: () => String(CHAIN_ID),
  eth_blockNumber: ({ head }) => toHex(head),
  eth_getCode: (_chain, [address]) => (isAmong(address, [MARKET, TOKEN]) ? '0x00' : '0x'),
  eth_call: (_chain, [asked]) => call(asked!),
  eth_getBlockByNumber: (chain, [tag]) => blockAt(chain, blockNumber(chain, tag!)),
  eth_getBlockByHash: (chain, [hash]) => blockAt(chain, chain.numberOf(hash!)),
  eth_getLogs: (chain, [filter]) => logsOf(chain, filter!),
  eth_getBlockReceipts(chain, [tag]) {
    const text = tag as unknown as string;
    const number = text.length === 66 ? chain.numberOf(text as Hex) : blockNumber(chain, text);
    return number === undefined || number > chain.head ? null : chain.receiptsOf(number);
  },
  /** Shows callers the blocks up to this one. */
  bench_setHead(chain, [head]) {
    chain.head = head!;
    return head;
  },
  /** A block in which listings change their status. */
  bench_makeBlock: (chain, [changes]) => chain.make(changes!),
  /** Encodes blocks before anybody asks for them; a few at a time, since nobody else is answered meanwhile. */
  bench_encode(chain, [from, to]) {
    for (let block: number = from!; block <= to!; block++) chain.bloomOf(block);
    return to;
  },
  bench_history: ({ history }) => ({ lastBlock: history.lastBlock, events: history.kinds.length }),
};

/** Answers one call. @throws RpcError */
export function answer(chain: GeneratedChain, method: string, params: Params): unknown {
  const handler = METHODS[method];
  if (handler === undefined) throw new RpcError(NO_SUCH_METHOD, `the method ${method} does not exist`);
  return handler(chain, params);
}
