import type { Address, Hex } from 'viem';
import { rpcBatch } from '../../scripts/lib/json-rpc.ts';

export interface TracedCall {
  from: Address;
  to: Address;
  data: Hex;
  /** By default as much as a block allows. */
  gas?: Hex;
}

/** Storage that changed, `account:slot` to the new word, and what was logged. Empty after a revert. */
export interface Effect {
  changes: Record<string, Hex>;
  logs: string[];
}

type Accounts = Record<Address, { storage?: Record<Hex, Hex> }>;

interface Frame {
  to?: Address;
  error?: string;
  calls?: Frame[];
  logs?: { address: Address; topics: Hex[]; data: Hex }[];
}

const ZERO = `0x${'00'.repeat(32)}` as const;

const LOGGED = { tracer: 'callTracer', tracerConfig: { withLog: true } };
const CHANGED = { tracer: 'prestateTracer', tracerConfig: { diffMode: true } };

async function traces<T>(rpcUrl: string, calls: readonly TracedCall[], how: object): Promise<T[]> {
  const batch = calls.map((call) => ['debug_traceCall', [call, 'latest', how]] as const);
  return (await rpcBatch<T>(rpcUrl, batch)).map(({ result, error }) => {
    if (error !== undefined) throw new Error(`debug_traceCall: ${error.message}`);
    return result as T;
  });
}

/** The effect that each call would have on storage and logs of any contract, without sending it. */
export async function effectsOf(rpcUrl: string, calls: readonly TracedCall[]): Promise<Effect[]> {
  const frames = await traces<Frame>(rpcUrl, calls, LOGGED);
  const done = calls.filter((_, i) => frames[i]?.error === undefined);
  const changes = await traces<{ pre: Accounts; post: Accounts }>(rpcUrl, done, CHANGED);
  const changed = new Map(done.map((call, i) => [call, changesOf(changes[i] as (typeof changes)[0])]));
  return calls.map((call, i) => {
    const frame = frames[i] as Frame;
    return { changes: changed.get(call) ?? {}, logs: logsOf(frame) };
  });
}

export async function effectOf(rpcUrl: string, call: TracedCall): Promise<Effect> {
  return (await effectsOf(rpcUrl, [call]))[0] as Effect;
}

/** The contracts that a call would call, at any depth. */
export async function calleesOf(rpcUrl: string, call: TracedCall): Promise<Address[]> {
  const callees = ({ to, calls = [] }: Frame): Address[] => [...(to ? [to] : []), ...calls.flatMap(callees)];
  const [frame] = await traces<Frame>(rpcUrl, [call], LOGGED);
  return callees(frame as Frame);
}

/** Only the storage that a call would change. */
function changesOf({ pre, post }: { pre: Accounts; post: Accounts }): Effect['changes'] {
  const changes: Effect['changes'] = {};
  // Slots that became zero are only in `pre`.
  for (const [account, { storage = {} }] of Object.entries(pre)) {
    for (const slot of Object.keys(storage)) changes[`${account}:${slot}`] = ZERO;
  }
  for (const [account, { storage = {} }] of Object.entries(post)) {
    for (const [slot, word] of Object.entries(storage)) changes[`${account}:${slot}`] = word;
  }
  return changes;
}

/** A failed call inside has no logs. */
function logsOf({ error, logs = [], calls = [] }: Frame): string[] {
  if (error !== undefined) return [];
  const own = logs.map(({ address, topics, data }) => [address, ...topics, data].join(' '));
  return [...own, ...calls.flatMap(logsOf)];
}
