import type { IncomingMessage } from 'node:http';
import { PlugpactError } from '../../protocol/errors.ts';

/**
 * The host that a request names, if this server is reached under it: one of PUBLIC_HOSTS, or a local name with the
 * port of the connection. The messages that people and agents sign contain this host, so that another server that
 * poses as this one cannot forward their signatures.
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
