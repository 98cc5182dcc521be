import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';

/** Requests under way, so that a stop waits for what was accepted. */
export interface Drain {
  /** How many there are. */
  count(): number;
  isStopping(): boolean;
  /** Refuses new connections, and waits until each request is answered, at most `timeoutMs`. WebSockets go on. */
  stop(timeoutMs: number): Promise<void>;
  /** After `stop`: when the last connection has ended, those of WebSockets included. */
  closed(): Promise<unknown>;
}

/** Watches the requests of a server from now on. */
export function createDrain(server: Server): Drain {
  const open = new Set<ServerResponse>();
  let isStopping = false;
  let closed: Promise<unknown> = Promise.resolve();
  let emptied = () => {};
  server.prependListener('request', (_req, res: ServerResponse) => {
    open.add(res);
    if (isStopping) endsConnection(res);
    res.once('close', () => {
      open.delete(res);
      if (open.size === 0) emptied();
    });
  });
  return {
    count: () => open.size,
    isStopping: () => isStopping,
    async stop(timeoutMs) {
      isStopping = true;
      if (server.listening) closed = once(server, 'close');
      server.close();
      for (const res of open) endsConnection(res);
      if (open.size > 0) await first(timeoutMs, (done) => (emptied = done));
      server.closeAllConnections();
    },
    closed: () => closed,
  };
}

/** The client sends its next request over another connection, to another process. */
const endsConnection = (res: ServerResponse): void => {
  if (!res.headersSent) res.setHeader('connection', 'close');
};

const first = (timeoutMs: number, listen: (done: () => void) => void): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs);
    listen(() => {
      clearTimeout(timer);
      resolve();
    });
  });
