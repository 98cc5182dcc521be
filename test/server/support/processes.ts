import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { BookingResponse } from '../../../protocol/api.ts';
import { stopChild } from '../../../scripts/lib/child.ts';
import { localPrivateKey } from '../../../scripts/lib/local-accounts.ts';
import { LOCAL_RELAY } from '../../../scripts/lib/local-relay.ts';
import { ROOT } from '../../../scripts/lib/paths.ts';
import type { ServeOptions } from '../../../server/serve.ts';
import type { TestMarket } from '../../support/market.ts';
import { freshPostgres } from '../../support/postgres.ts';
import { get, startServer, type TestServer, waitFor } from '../support.ts';

/** Servers on one PostgreSQL database. The first one leads. */
export interface Servers {
  all: TestServer[];
  databaseUrl: string;
  stop(): Promise<void>;
}

/** Starts servers in this process that share a new database, as processes would. */
export async function startServers(
  market: TestMarket,
  count: number,
  options: Partial<ServeOptions> = {},
): Promise<Servers> {
  const { url: databaseUrl, drop } = await freshPostgres();
  const all: TestServer[] = [];
  for (let i = 0; i < count; i++) {
    const server = await startServer(market, { DATABASE_URL: databaseUrl }, options);
    if (i === 0) await waitFor('the first server to lead', () => leads(server.logLines.join('')));
    all.push(server);
  }
  return {
    ...{ all, databaseUrl },
    async stop() {
      await Promise.all(all.map((server) => server.stop()));
      await drop();
    },
  };
}

/** How often a server with this log began to lead, less how often it ended. */
export const leads = (log: string): boolean =>
  log.split('"this process leads"').length > log.split('"this process leads no more"').length;

/** The real program in a process of its own. */
export interface ServerProcess {
  child: ChildProcess;
  host: string;
  api: string;
  output(): string;
  stop(): Promise<void>;
}

export async function spawnServer(
  market: TestMarket,
  databaseUrl: string,
  more: Record<string, string> = {},
): Promise<ServerProcess> {
  const env = {
    ...{ PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, PORT: '0' },
    ...{ RPC_URL: market.rpcUrl, MARKET_ADDRESS: market.market, DEPLOY_BLOCK: String(market.deployBlock) },
    ...{ DATABASE_URL: databaseUrl, RELAYER_PRIVATE_KEY: localPrivateKey('relayer'), POLL_MS: '50' },
    ...LOCAL_RELAY,
    // Requests of a test come from as many addresses as it names, so that limits do not end its load.
    TRUST_PROXY_HOPS: '1',
    ...more,
  };
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  const child = spawn(process.execPath, [join(ROOT, 'server/main.ts')], { env, stdio });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const port = await waitFor('the port', () => /"port":(\d+),.*"msg":"listening"/.exec(output)?.[1], {
    timeoutMs: 60_000,
  });
  const host = `127.0.0.1:${port}`;
  return { child, host, api: `http://${host}/api/v1`, output: () => output, stop: () => stopChild(child) };
}

/** Bookings as a server on a new database tells them, which has followed the ledger from its beginning. */
export async function rebuiltBookings(market: TestMarket, bookingIds: string[]): Promise<BookingResponse[]> {
  const server = await startServer(market);
  try {
    const read = (id: string) => get<BookingResponse>(`${server.api}/bookings/${id}`);
    await waitFor('the last booking', async () => (await read(bookingIds.at(-1)!)).status === 200);
    return await Promise.all(bookingIds.map(async (id) => (await read(id)).body));
  } finally {
    await server.stop();
  }
}
