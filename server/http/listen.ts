import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PlugpactError } from '../../protocol/errors.ts';

/**
 * Connections that the system accepts while this process is busy; the system's own bound is often the same. Beyond it a
 * client hears nothing, and tries again after a second.
 */
const BACKLOG = 4_096;

/**
 * Opens a port, and returns its number.
 *
 * @throws PlugpactError `server.cannotListen`.
 */
export async function listen(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<number> {
  server.listen({ port, host, backlog: BACKLOG });
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw cannotListen(host, port, error);
  });
  return (server.address() as AddressInfo).port;
}

const cannotListen = (host: string, port: number, error: NodeJS.ErrnoException): PlugpactError =>
  new PlugpactError(
    {
      code: 'server.cannotListen',
      value: `HOST = ${host}, PORT = ${port} (${error.code})`,
      rule: 'The server must be able to listen on its address.',
      remedy: 'Set PORT to a free port (0 for any), and HOST to an address of this computer.',
    },
    { cause: error },
  );
