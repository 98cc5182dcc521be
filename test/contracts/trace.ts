import type { Address, Hex } from 'viem';
import { rpc } from '../../scripts/lib/anvil.ts';

export interface TracedCall {
  from: Address;
  to: Address;
  data: Hex;
  /** As much as a block holds unless said. */
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

const trace = <T>(rpcUrl: string, call: TracedCall, tracer: string, tracerConfig: object): Promise<T> =>
  rpc<T>(rpcUrl, 'debug_traceCall', [call, 'latest', { tracer, tracerConfig }]);

/** What a call would do to the storage and the logs of any contract, without sending it. */
export async function effectOf(rpcUrl: string, call: TracedCall): Promise<Effect> {
  const frame = await trace<Frame>(rpcUrl, call, 'callTracer', { withLog: true });
  if (frame.error !== undefined) return { changes: {}, logs: [] };
  return { changes: await changesOf(rpcUrl, call), logs: logsOf(frame) };
}

/** Whom a call would call, at any depth. */
export async function calleesOf(rpcUrl: string, call: TracedCall): Promise<Address[]> {
  const callees = ({ to, calls = [] }: Frame): Address[] => [...(to ? [to] : []), ...calls.flatMap(callees)];
  return callees(await trace<Frame>(rpcUrl, call, 'callTracer', {}));
}

/** Only the storage that a call would change. */
export async function changesOf(rpcUrl: string, call: TracedCall): Promise<Effect['changes']> {
  const found = await trace<{ pre: Accounts; post: Accounts }>(rpcUrl, call, 'prestateTracer', {
    diffMode: true,
  });
  const changes: Effect['changes'] = {};
  // What became zero stands in `pre` only.
  for (const [account, { storage = {} }] of Object.entries(found.pre)) {
    for (const slot of Object.keys(storage)) changes[`${account}:${slot}`] = ZERO;
  }
  for (const [account, { storage = {} }] of Object.entries(found.post)) {
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
