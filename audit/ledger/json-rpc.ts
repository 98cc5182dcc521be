import { z } from 'zod';
import { kindOfRpcError, kindOfStatus, NodeRefusal, retryAfterMs } from './refusals.ts';

export interface RpcCall {
  method: string;
  params?: unknown;
}

/** What a call came to: a result, `null` included, or why there is none. */
export type RpcOutcome = { result: unknown } | { refusal: NodeRefusal };

const answerSchema = z.looseObject({
  id: z.union([z.number(), z.string()]).nullish(),
  result: z.unknown().optional(),
  error: z.looseObject({ code: z.number(), message: z.string(), data: z.unknown().optional() }).nullish(),
});

/** A node that has no answer by then is taken as unreachable. */
const TIMEOUT_MS = 60_000;

/** The largest answer that is read: several times what public nodes send. */
const MAX_ANSWER_BYTES = 128 * 1024 * 1024;

/** Sends some calls in one HTTP request. @throws NodeRefusal when it has no answer of JSON-RPC. */
export async function post(url: string, calls: readonly RpcCall[]): Promise<RpcOutcome[]> {
  const requests = calls.map(({ method, params = [] }, id) => ({ jsonrpc: '2.0', id, method, params }));
  const text = await send(url, JSON.stringify(requests.length === 1 ? requests[0] : requests));
  const answers = z.array(answerSchema).safeParse([parsed(text)].flat());
  if (!answers.success) throw new NodeRefusal('unreachable', 'an answer that is not JSON-RPC');
  const byId = new Map(answers.data.map((answer) => [Number(answer.id), answer]));
  // A batch that is refused as a whole is answered by one error.
  const [first] = answers.data;
  if (calls.length > 1 && answers.data.length === 1 && first?.error)
    return calls.map(always(outcomeOf(first)));
  return calls.map((_, id) => outcomeOf(byId.get(id)));
}

const always =
  <T>(value: T) =>
  (): T =>
    value;

function outcomeOf(answer: z.infer<typeof answerSchema> | undefined): RpcOutcome {
  if (answer === undefined) return { refusal: new NodeRefusal('unreachable', 'no answer to one of a batch') };
  const { error, result } = answer;
  if (error === undefined || error === null) return { result: result ?? null };
  const { code, data, message } = error;
  return { refusal: new NodeRefusal(kindOfRpcError(error), message, { code, data }) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NodeRefusal('unreachable', 'an answer that is not JSON');
  }
}

async function send(url: string, body: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, { method: 'POST', headers, body, signal });
    const text = await textOf(response);
    if (!response.ok) throw refusalOfStatus(response, text);
    return text;
  } catch (error) {
    if (error instanceof NodeRefusal) throw error;
    const { message, cause } = error as Error;
    const reason = cause instanceof Error ? `${message}: ${cause.message}` : message;
    throw new NodeRefusal('unreachable', reason || 'no connection');
  }
}

/** A status that is no success; nodes often say more by an error of JSON-RPC inside. */
function refusalOfStatus({ status, statusText, headers }: Response, text: string): NodeRefusal {
  const said = messageIn(text);
  const kind = kindOfStatus(status);
  const byWords = said === undefined ? kind : kindOfRpcError({ code: 0, message: said });
  return new NodeRefusal(
    kind === 'refused' || byWords === 'tooMany' ? byWords : kind,
    said ?? `HTTP ${status} ${statusText}`.trim(),
    { retryAfterMs: retryAfterMs(headers.get('retry-after'), Date.now()) },
  );
}

function messageIn(text: string): string | undefined {
  try {
    const [first] = [JSON.parse(text) as { error?: { message?: unknown } }].flat();
    const message = first?.error?.message;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES)
      throw new NodeRefusal('tooMany', `an answer of over ${MAX_ANSWER_BYTES} bytes`);
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  return parts.join('') + decoder.decode();
}
