import type { Request, RequestHandler } from 'express';
import type { Logger } from 'pino';

/** What a reverse proxy adds to a request. */
const FORWARDED = ['x-forwarded-for', 'x-forwarded-proto', 'forwarded'] as const;

/** Whether requests show that this server is behind a proxy that it was not told of, or the reverse. */
export interface ProxyWatch {
  watch: RequestHandler;
  /** What has to be set otherwise; undefined while nothing shows that. */
  problem(): string | undefined;
}

const NOT_TOLD =
  'Requests come through a proxy that TRUST_PROXY_HOPS does not count: all clients share one limit, and sign-ins count as not encrypted.';
const NO_PROXY =
  'Requests come without X-Forwarded-For, though TRUST_PROXY_HOPS says that a proxy is in front: who reaches this port directly chooses an address.';

/** Says it once in the log, at the first request that shows it. */
export function createProxyWatch(trustProxyHops: number, log: Pick<Logger, 'warn'>): ProxyWatch {
  let problem: string | undefined;
  const seen = (text: string) => {
    if (problem === undefined)
      log.warn({ remedy: 'Set TRUST_PROXY_HOPS to the number of proxies in front.' }, text);
    problem = text;
  };
  return {
    problem: () => problem,
    watch(req, _res, next) {
      const isForwarded = FORWARDED.some((name) => req.headers[name] !== undefined);
      if (isForwarded && trustProxyHops === 0) seen(NOT_TOLD);
      if (!isForwarded && trustProxyHops > 0 && !isLoopback(req)) seen(NO_PROXY);
      next();
    },
  };
}

/** Health checks come from the same computer, without the proxy. */
const isLoopback = ({ socket }: Request): boolean =>
  /^(::1|(::ffff:)?127\.)/.test(socket.remoteAddress ?? '');

/**
 * Whether the client's side was encrypted, by what the proxy says, also by one that is not trusted: who invents that gets
 * a cookie that is sent over https only, and nothing else.
 */
export const arrivedByTls = (req: Request): boolean =>
  req.secure || /^\s*https\b/i.test(req.get('x-forwarded-proto') ?? '');
