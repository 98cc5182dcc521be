import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { PlugpactError } from '../../protocol/errors.ts';
import { HttpProblem } from './problem.ts';

/**
 * The host that a request names, if this server is reached under it: one of PUBLIC_HOSTS, or a local name with the
 * port of the connection. The messages that people and agents sign contain this host, so that another server that
 * poses as this one cannot forward their signatures.
 *
 * @throws PlugpactError `host.unknown`.
 */
export function ownHost(req: IncomingMessage, publicHosts: readonly string[]): string {
  const host = (req.headers.host ?? '').toLowerCase();
  if (publicHosts.includes(host)) return host;
  const local = localHosts(req.socket.localPort);
  if (local.includes(host)) return host;
  throw new PlugpactError({
    code: 'host.unknown',
    value: JSON.stringify(host),
    rule: `This server is reached as ${[...publicHosts, ...local].join(', ')}.`,
    remedy: 'Use one of these addresses, or add this one to PUBLIC_HOSTS.',
  });
}

const LOCAL_NAMES = ['localhost', '127.0.0.1', '[::1]'];

let ofPort: { port: number | undefined; hosts: string[] } = { port: undefined, hosts: [] };

/** Kept for the port that was asked about last: a server has one. */
function localHosts(port: number | undefined): string[] {
  if (ofPort.port !== port) ofPort = { port, hosts: LOCAL_NAMES.map((name) => `${name}:${port}`) };
  return ofPort.hosts;
}

/**
 * Refuses requests under a name that is not this server's: by a name of its own (DNS rebinding) another site would make
 * a browser read and post here as if it were this page.
 *
 * @throws HttpProblem 421 `host.unknown`.
 */
export const requireOwnHost =
  (publicHosts: readonly string[]): RequestHandler =>
  (req, _res, next) => {
    try {
      ownHost(req, publicHosts);
    } catch (error) {
      if (!(error instanceof PlugpactError)) throw error;
      const { code, value, rule, remedy } = error;
      throw new HttpProblem(421, { code, rule, remedy, ...(value !== undefined && { value }) });
    }
    next();
  };
