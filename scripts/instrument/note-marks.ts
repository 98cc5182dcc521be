import { rpc } from '../lib/anvil.ts';
import { NOTED_BY } from './marker.ts';
import { type Watch, watchPosts } from './watched-post.ts';

type Trace = { to?: string; input?: string; calls?: Trace[] };
type Request = { method?: string; params?: unknown[] };
type Answer = { result?: unknown };

const TRACER = { tracer: 'callTracer' };

/** Requests of a client before it sends: a transaction that fails is never sent. */
const ESTIMATES = new Set(['eth_estimateGas', 'eth_fillTransaction']);

/** How many requests of a batch are traced; they are alike. */
const TRACED_OF_BATCH = 24;

/** The trace of the code that a request to the node ran, if any. */
function traceOf(
  url: string,
  { method, params = [] }: Request,
  { result }: Answer,
): Promise<Trace> | undefined {
  if (method === 'eth_call' || (ESTIMATES.has(method ?? '') && result === undefined)) {
    const [call, block = 'latest', stateOverrides, blockOverrides] = params;
    return rpc<Trace>(url, 'debug_traceCall', [call, block, { ...TRACER, stateOverrides, blockOverrides }]);
  }
  if (method === 'eth_sendRawTransaction' || method === 'eth_sendTransaction') {
    return typeof result === 'string'
      ? rpc<Trace>(url, 'debug_traceTransaction', [result, TRACER])
      : undefined;
  }
  return undefined;
}

function collect({ to, input, calls = [] }: Trace, marks: Set<number>): void {
  if (to === NOTED_BY && input?.length === 66) marks.add(Number(input));
  for (const call of calls) collect(call, marks);
}

/**
 * Watches all requests of this process to local nodes, by `fetch` and by `postJson`, runs them again traced, and collects
 * the marks.
 */
export function noteMarks(): { marks: Set<number>; end: () => void } {
  const marks = new Set<number>();
  const watch: Watch = async (url, body, answer) => {
    const requests = [body].flat() as Request[];
    const answers = [answer].flat() as Answer[];
    const step = Math.ceil(requests.length / TRACED_OF_BATCH);
    for (let at = 0; at < requests.length; at += step) {
      const trace = traceOf(url, requests[at] ?? {}, answers[at] ?? {});
      if (trace) collect(await trace, marks);
    }
  };
  const plain = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const response = await plain(input, init);
    if (typeof init?.body === 'string')
      await watch(String(input), JSON.parse(init.body), await response.clone().json());
    return response;
  };
  watchPosts(watch);
  const end = () => {
    globalThis.fetch = plain;
    watchPosts(undefined);
  };
  return { marks, end };
}
