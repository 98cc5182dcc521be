import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface HttpRequest {
  method: string;
  headers: Record<string, string>;
  body: string | Uint8Array;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

const MAX_BYTES = 1_048_576;

/**
 * Sends a request, and returns the answer of whatever status. By Node's plain client: `fetch` would bring a second
 * client into memory, for good. Throws what the network throws, and after the time that it may take.
 */
export async function sendTo(
  url: URL,
  { method, headers: given, body }: HttpRequest,
  timeoutMs: number,
): Promise<HttpAnswer> {
  const dial = url.protocol === 'https:' ? requestHttps : requestHttp;
  const headers = { ...given, 'content-length': Buffer.byteLength(body) };
  const signal = AbortSignal.timeout(timeoutMs);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    dial(url, { method, headers, signal }, resolve).once('error', reject).end(body);
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
