import { Agent, request } from 'node:http';

const TIMEOUT_MS = 10_000;

/** Kept between questions; idle sockets keep no process alive. */
const agent = new Agent({ keepAlive: true });

export interface RpcAnswer<T> {
  id: number;
  result?: T;
  error?: { code: number; message: string; data?: `0x${string}` };
}

/** Posts JSON to a local node. `fetch` takes three times the processor time, and tests ask some 100,000 times. */
export function postJson<T>(url: string, body: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    const text = JSON.stringify(body);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const asked = request(url, { method: 'POST', agent, headers, timeout: TIMEOUT_MS }, (response) => {
      let answer = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        answer += part;
      });
      response.once('error', reject).once('end', () => {
        try {
          resolve(JSON.parse(answer) as T);
        } catch {
          reject(new Error(`${url} answered ${response.statusCode} without JSON: ${answer.slice(0, 200)}`));
        }
      });
    });
    asked.once('timeout', () => asked.destroy(new Error(`${url} gave no answer for ${TIMEOUT_MS} ms.`)));
    asked.once('error', reject).end(text);
  });
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

/** Many calls in one question; the answers in the order of the calls, of which the node may choose another. */
export async function rpcBatch<T>(
  url: string,
  calls: readonly (readonly [method: string, params: readonly unknown[]])[],
): Promise<RpcAnswer<T>[]> {
  if (calls.length === 0) return [];
  const body = calls.map(([method, params], id) => ({ jsonrpc: '2.0', id, method, params }));
  const answers = await postJson<RpcAnswer<T>[]>(url, body);
  if (answers.length !== calls.length)
    throw new Error(`${url} answered ${answers.length} of ${calls.length}.`);
  return answers.sort((a, b) => a.id - b.id);
}
