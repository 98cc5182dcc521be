import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { type CustomTransport, custom, HttpRequestError, RpcRequestError, TimeoutError } from 'viem';

interface RpcAnswer {
  result?: unknown;
  error?: { code: number; message: string; data?: unknown };
}

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 10_485_760;

/** Whether the address is one of a WebSocket, over which a node can say that there is a new block. */
export const isWebSocketUrl = (url: string): boolean => /^wss?:/i.test(url);

/**
 * JSON-RPC over HTTP as viem's own transport does it, with the same errors, but with Node's plain client: `fetch`
 * keeps 6 MB for as long as the agent runs, and takes twice as long for each call.
 */
export function rpcTransport(rpcUrl: string, timeoutMs = TIMEOUT_MS): CustomTransport {
  const url = new URL(rpcUrl);
  const isTls = url.protocol === 'https:';
  const keepAlive = { keepAlive: true, maxFreeSockets: 2 };
  const agent = isTls ? new HttpsAgent(keepAlive) : new HttpAgent(keepAlive);
  const dial = isTls ? requestHttps : requestHttp;
  let id = 0;

  const post = (body: Record<string, unknown>, text: string): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
      const signal = AbortSignal.timeout(timeoutMs);
      const sent = dial(url, { method: 'POST', agent, headers, signal }, resolve);
      sent.once('error', (cause: NodeJS.ErrnoException) => {
        // A kept-alive connection was closed by the node in the same moment: that is not an outage.
        if (sent.reusedSocket && cause.code === 'ECONNRESET') resolve(post(body, text));
        else if (signal.aborted) reject(new TimeoutError({ body, url: rpcUrl }));
        else reject(new HttpRequestError({ body, cause, url: rpcUrl }));
      });
      sent.end(text);
    });

  const request = async ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
    id += 1;
    const body = { jsonrpc: '2.0', id, method, params };
    const response = await post(body, JSON.stringify(body));
    const { statusCode: status = 0 } = response;
    const answer = await answerOf(response).catch((cause: Error) => {
      throw new HttpRequestError({ body, cause, status, url: rpcUrl });
    });
    if (answer.error !== undefined) throw new RpcRequestError({ body, error: answer.error, url: rpcUrl });
    if (status >= 200 && status < 300) return answer.result;
    throw new HttpRequestError({ body, details: response.statusMessage ?? '', status, url: rpcUrl });
  };
  return custom({ request }, { retryCount: 0 });
}

async function answerOf(response: IncomingMessage): Promise<RpcAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`The answer is longer than ${MAX_BYTES} bytes.`);
    chunks.push(chunk);
  }
  const answer: unknown = JSON.parse(Buffer.concat(chunks).toString() || '{}');
  if (typeof answer !== 'object' || answer === null) throw new Error('The answer is no JSON-RPC.');
  return answer as RpcAnswer;
}
