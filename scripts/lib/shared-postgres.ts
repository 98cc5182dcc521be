import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Postgres, startPostgres } from './postgres.ts';

/** Names the address at which the programs of a run ask for the server. */
export const SHARED_POSTGRES = 'PLUGPACT_SHARED_POSTGRES';

export interface OfferedPostgres {
  url: string;
  close(): Promise<void>;
}

/**
 * One PostgreSQL server for all programs of a run, started when the first of them asks: a request is answered with the
 * server's address, once it is ready.
 */
export async function offerPostgres(): Promise<OfferedPostgres> {
  let started: Promise<Postgres> | undefined;
  const server = createServer(async (_, response) => {
    started ??= startPostgres();
    try {
      response.end((await started).url);
    } catch (error) {
      response.writeHead(500).end((error as Error).message);
    }
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await (await started)?.stop();
    },
  };
}
