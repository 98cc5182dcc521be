import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { lookupPublic } from './target.ts';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 4_096;

export interface Outgoing {
  url: URL;
  headers: Record<string, string | number>;
  body: string | Buffer;
  /** The operator allows this host, also where it is private. */
  isAllowed: boolean;
  signal: AbortSignal;
}

/** Status and first bytes of the answer. */
export interface Answered {
  status: number;
  text: string;
}

/**
 * Posts to an address that somebody else gave: no redirect is followed, no connection is kept, and neither the time nor the
 * answer can become long. Rejects where nothing answered.
 */
export function postOut({ url, headers, body, isAllowed, signal }: Outgoing): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const request = url.protocol === 'http:' ? requestHttp : requestHttps;
  const sent = request(url, {
    method: 'POST',
    agent: false,
    headers: { 'user-agent': 'Plugpact', 'content-length': Buffer.byteLength(body), ...headers },
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    ...(!isAllowed && { lookup: lookupPublic }),
  });
  sent.on('error', reject);
  sent.on('response', (response) => {
    let text = '';
    const done = () => {
      resolve({ status: response.statusCode ?? 0, text: text.slice(0, MAX_ANSWER_BYTES) });
      sent.destroy();
    };
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      text += chunk;
      if (text.length >= MAX_ANSWER_BYTES) done();
    });
    response.on('end', done);
    response.on('error', reject);
  });
  sent.end(body);
  return promise;
}
