import { postJson } from './post-json.ts';

export interface RpcAnswer<T> {
  id: number;
  result?: T;
  error?: { code: number; message: string; data?: `0x${string}` };
}

/** The node's answer, whatever it is. */
export const askRpc = <T>(url: string, method: string, params: unknown) =>
  postJson<RpcAnswer<T>>(url, { jsonrpc: '2.0', id: 1, method, params });

/** One JSON-RPC call; throws with the node's own message when it answers with an error. */
export async function rpc<T>(url: string, method: string, params: unknown[] = []): Promise<T> {
  const { result, error } = await askRpc<T>(url, method, params);
  if (error !== undefined) throw new Error(`${method}: ${error.message}`);
  return result as T;
}

/** Calls in one question: anvil closes the connection on one of several megabytes. */
const MAX_BATCH = 200;

/** Many calls in few questions; the answers in the order of the calls, of which the node may choose another. */
export async function rpcBatch<T>(
  url: string,
  calls: readonly (readonly [method: string, params: readonly unknown[]])[],
): Promise<RpcAnswer<T>[]> {
  const all: RpcAnswer<T>[] = [];
  for (let from = 0; from < calls.length; from += MAX_BATCH) {
    const part = calls.slice(from, from + MAX_BATCH);
    const body = part.map(([method, params], id) => ({ jsonrpc: '2.0', id, method, params }));
    const answers = await postJson<RpcAnswer<T>[]>(url, body);
    if (answers.length !== part.length)
      throw new Error(`${url} answered ${answers.length} of ${part.length}.`);
    all.push(...answers.sort((a, b) => a.id - b.id));
  }
  return all;
}
