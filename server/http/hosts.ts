import type { IncomingMessage } from 'node:http';
import { PlugpactError } from '../../protocol/errors.ts';

/**
 * The host under which a request came, if it is one of ours: PUBLIC_HOSTS, or this machine's own names with the
 * port that answered. What people and agents sign names this host, so that another server cannot carry their
 * signature here while it poses as us.
 *
 * @throws PlugpactError `host.unknown`.
 */
export function ownHost(req: IncomingMessage, publicHosts: readonly string[]): string {
  const host = (req.headers.host ?? '').toLowerCase();
  const port = req.socket.localPort;
  const local = [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`];
  if (publicHosts.includes(host) || local.includes(host)) return host;
  throw new PlugpactError({
    code: 'host.unknown',
    value: JSON.stringify(host),
    rule: `This server is reached as ${[...publicHosts, ...local].join(', ')}.`,
    remedy: 'Use one of these addresses, or add this one to PUBLIC_HOSTS.',
  });
}
