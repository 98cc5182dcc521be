import { createServer } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** Ports looked at after a busy one before giving up. */
const PORTS_TRIED = 100;

/** The port itself if nobody listens on it, `undefined` if it is taken; 0 asks for any free port. */
export function tryPort(port: number, host = LOOPBACK): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => {
      const address = server.address();
      const free = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => resolve(free));
    });
  });
}

/** Any port that is free at the moment of asking. */
export async function freePort(): Promise<number> {
  const port = await tryPort(0);
  if (port === undefined) throw new Error(`No free port on ${LOOPBACK}: close some programs and try again.`);
  return port;
}

/** The first free port from `preferred` upwards; `onBusy` hears of each one passed over. */
export async function nextFreePort(preferred: number, onBusy: (port: number) => void): Promise<number> {
  for (let port = preferred; port < preferred + PORTS_TRIED; port++) {
    if ((await tryPort(port)) !== undefined) return port;
    onBusy(port);
  }
  throw new Error(
    `Ports ${preferred} to ${preferred + PORTS_TRIED - 1} on ${LOOPBACK} are all taken: free one of them.`,
  );
}
