import type { Client } from 'pg';

const ASK_MS = 2_000;

/** With `ASK_MS`, less than the server waits for a client that is gone: see `SETTINGS` in advisoryLock.ts. */
const ANSWER_WITHIN_MS = 5_000;

/** Cuts a connection at once, whatever is under way on it. */
export function cut(client: Client): void {
  // `end` would wait for the statement under way.
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

/**
 * Resolves when a connection has ended. A network that swallows everything would say nothing for hours: the connection is
 * asked from time to time, and cut when no answer comes.
 */
export function connectionEnded(client: Client): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearInterval(asking);
      cut(client);
      resolve();
    };
    const asking = setInterval(() => {
      const overdue = setTimeout(end, ANSWER_WITHIN_MS);
      client
        .query('select 1')
        .catch(end)
        .finally(() => clearTimeout(overdue));
    }, ASK_MS);
    client.once('end', end);
  });
}
