import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface PostAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

const MAX_BYTES = 1_048_576;

/**
 * Posts a JSON text, and returns the answer of whatever status. By Node's plain client: `fetch` would bring a second
 * client into memory, for good. Throws what the network throws, and after the time that it may take.
 */
export async function postJson(url: URL, text: string, timeoutMs: number): Promise<PostAnswer> {
  const dial = url.protocol === 'https:' ? requestHttps : requestHttp;
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    dial(url, { method: 'POST', headers, signal }, resolve).once('error', reject).end(text);
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Error(`The answer is longer than ${MAX_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: Buffer.concat(chunks).toString(),
  };
}
