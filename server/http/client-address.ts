import type { IncomingMessage } from 'node:http';
import { ipKeyGenerator } from 'express-rate-limit';

/**
 * The IP address that a request came from, for requests that do not go through Express: each trusted proxy added the
 * address before it to X-Forwarded-For.
 */
export function clientAddress(req: IncomingMessage, trustProxyHops: number): string {
  const forwarded = String(req.headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '');
  const chain = [req.socket.remoteAddress ?? '', ...forwarded.reverse()];
  return chain[Math.min(trustProxyHops, chain.length - 1)]!;
}

/** Reads the address that a request came from, as one key. */
export const addressReader =
  (trustProxyHops: number) =>
  (req: IncomingMessage): string =>
    addressKey(clientAddress(req, trustProxyHops));

/** What counts as one address: of IPv6 the network that a household or a server is given. */
export const addressKey = (ip: string | undefined): string => ipKeyGenerator(ip ?? '');
