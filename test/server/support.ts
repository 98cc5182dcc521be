import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KyselyPlugin, RawNode, SelectModifierNode, SelectQueryNode } from 'kysely';
import { SiweMessage } from 'siwe';
import type { LocalAccount } from 'viem';
import { expect } from 'vitest';
import type { Anvil } from '../../scripts/lib/anvil.ts';
import { localPrivateKey } from '../../scripts/lib/local-accounts.ts';
import { LOCAL_RELAY } from '../../scripts/lib/local-relay.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { readConfig, type ServerConfig } from '../../server/config.ts';
import type { Database } from '../../server/db/open.ts';
import { createLog } from '../../server/http/log.ts';
import { type RunningServer, type ServeOptions, serve } from '../../server/serve.ts';
import { rpc, startAnvil } from '../support/anvil.ts';
import { deployTestMarket, type TestMarket } from '../support/market.ts';
import { freshPostgres } from '../support/postgres.ts';
import { scansOf } from './plans.ts';
import { expectDocumented, expectDocumentedEvent } from './support/document.ts';

export { waitFor } from '../../scripts/lib/wait.ts';

/** A real ledger with a market, for the tests of one file. */
export interface TestLedger {
  anvil: Anvil;
  market: TestMarket;
  stop(): Promise<void>;
}

export async function startLedger(): Promise<TestLedger> {
  const anvil = await startAnvil();
  const market = await deployTestMarket(anvil.url);
  return { anvil, market, stop: () => anvil.stop() };
}

/** A running server with its log lines, and a base URL to talk to. */
export interface TestServer extends RunningServer {
  config: ServerConfig;
  url: string;
  api: string;
  host: string;
  logLines: string[];
  fatal: Error[];
}

/** A new database, as the environment of a server names it. */
export interface TestDatabase {
  env: { DATABASE_FILE: string } | { DATABASE_URL: string };
  remove(): Promise<void>;
}

/** True where vitest runs the test files on PostgreSQL (the project `postgres`). */
export const ON_POSTGRES = process.env.PLUGPACT_TEST_DATABASE === 'postgres';

/** On PostgreSQL or on SQLite, as the vitest project says. */
export async function newDatabase(): Promise<TestDatabase> {
  if (ON_POSTGRES) {
    const { url, drop } = await freshPostgres();
    return { env: { DATABASE_URL: url }, remove: drop };
  }
  const folder = await mkdtemp(join(tmpdir(), 'plugpact-server-'));
  return {
    env: { DATABASE_FILE: join(folder, 'index.sqlite') },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

type Kind = Database['kind'];

/** Statements of the servers of this process, by the kind of their database. */
const heard: Record<Kind, Set<string>> = { sqlite: new Set(), postgres: new Set() };

const OF_A_TEST = '/* of a test */';
const END = SelectModifierNode.createWithExpression(RawNode.createWithSql(OF_A_TEST));

/** Marks what a test itself reads. */
const marked: KyselyPlugin = {
  transformQuery({ node }) {
    if (SelectQueryNode.is(node)) return { ...node, endModifiers: [...(node.endModifiers ?? []), END] };
    if (!RawNode.is(node)) return node;
    const [last = '', ...before] = node.sqlFragments.toReversed();
    return { ...node, sqlFragments: [...before.toReversed(), `${last} ${OF_A_TEST}`] };
  },
  transformResult: async ({ result }) => result,
};

/** Those that were looked at. */
const explained: Record<Kind, Set<string>> = { sqlite: new Set(), postgres: new Set() };

/** No statement of a server may read a whole table: it would become slower with the market. */
async function expectNoScans(kind: Kind): Promise<void> {
  const added = [...heard[kind]].filter((text) => !explained[kind].has(text));
  for (const text of added) explained[kind].add(text);
  expect(await scansOf(kind, added)).toEqual([]);
}

/** Starts a server on a free port, with a new database unless the environment names one. */
export async function startServer(
  market: TestMarket,
  env: Record<string, string> = {},
  options: Partial<ServeOptions> = {},
): Promise<TestServer> {
  const isNamed = 'DATABASE_FILE' in env || 'DATABASE_URL' in env;
  const database = isNamed ? undefined : await newDatabase();
  const config = readConfig({
    PORT: '0',
    RPC_URL: market.rpcUrl,
    MARKET_ADDRESS: market.market,
    PASSKEY_VERIFIER_ADDRESS: market.passkeyVerifier,
    DEPOSIT_ADDRESSES_ADDRESS: market.depositAddresses,
    DEPLOY_BLOCK: String(market.deployBlock),
    ...database?.env,
    RELAYER_PRIVATE_KEY: localPrivateKey('relayer'),
    ...LOCAL_RELAY,
    FAUCET_PRIVATE_KEY: localPrivateKey('deployer'),
    POLL_MS: '50',
    LOG_LEVEL: 'debug',
    ...env,
  });
  const kind = config.databaseUrl === undefined ? 'sqlite' : 'postgres';
  const logLines: string[] = [];
  const fatal: Error[] = [];
  const log = createLog(config.logLevel, { write: (line) => void logLines.push(line) });
  const server = await serve(config, {
    log,
    onFatal: (error) => void fatal.push(error),
    onStatement: (text) => !text.includes(OF_A_TEST) && heard[kind].add(text),
    ...options,
  });
  const host = `127.0.0.1:${server.port}`;
  return {
    ...server,
    db: server.db.withPlugin(marked),
    ...{ config, logLines, fatal, host, url: `http://${host}`, api: `http://${host}/api/v1` },
    async stop() {
      await server.stop();
      await database?.remove();
      await expectNoScans(kind);
    },
  };
}

/** Waits until the server has indexed the present head of its ledger. */
export async function caughtUp(server: TestServer, ledger: TestLedger): Promise<void> {
  await waitFor('the index to reach the head', async () => {
    const head = Number(await rpc<string>(ledger.anvil.url, 'eth_blockNumber'));
    const { indexedTo } = (await (await fetch(`${server.api}/ledger/head`)).json()) as { indexedTo: number };
    return indexedTo >= head;
  });
}

/** An answer of the API: status, headers and JSON. */
export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
}

export const get = <T = Record<string, unknown>>(
  url: string,
  headers: Record<string, string> = {},
): Promise<Answer<T>> => call('GET', url, { headers });

export const post = <T = Record<string, unknown>>(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> =>
  call('POST', url, {
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** Calls the API, and holds its answer against the OpenAPI document. */
export async function call<T = Record<string, unknown>>(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  init: Pick<RequestInit, 'headers' | 'body'> = {},
): Promise<Answer<T>> {
  const response = await fetch(url, { method, ...init });
  const { status, headers } = response;
  const text = await response.text();
  const body = JSON.parse(text || 'null') as T;
  const json = text === '' ? undefined : body;
  expectDocumented(method, url, { status, contentType: headers.get('content-type'), json });
  return { status, headers, body };
}

/** Signs in an account. Returns the headers of its requests after that. */
export async function signedInAs(server: TestServer, account: LocalAccount): Promise<Record<string, string>> {
  const { nonce } = (await get<{ nonce: string }>(`${server.api}/sign-in/nonce`)).body;
  const message = new SiweMessage({
    ...{ domain: server.host, uri: server.url, version: '1', chainId: 31_337, nonce },
    address: account.address,
    expirationTime: new Date(Date.now() + 300_000).toISOString(),
  }).prepareMessage();
  const signature = await account.signMessage({ message });
  const answer = await post(`${server.api}/sign-in`, { message, signature });
  return { cookie: answer.headers.get('set-cookie')!.split(';')[0]! };
}

/** A reader of server-sent events. */
export interface SseReader {
  status: number;
  headers: Headers;
  events: { id?: string; event: string; data: never }[];
  comments: string[];
  /** Resolves when the server has ended the stream. */
  ended: Promise<void>;
  close(): void;
}

export async function openSse(url: string, headers: Record<string, string> = {}): Promise<SseReader> {
  const aborting = new AbortController();
  const response = await fetch(url, { headers, signal: aborting.signal });
  const reader: SseReader = {
    status: response.status,
    headers: response.headers,
    events: [],
    comments: [],
    ended: Promise.resolve(),
    close: () => aborting.abort(),
  };
  reader.ended = readEvents(response, reader, url);
  return reader;
}

async function readEvents(response: Response, reader: SseReader, url: string): Promise<void> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body!) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) takeBlock(block, reader, url);
    }
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
  }
}

function takeBlock(block: string, reader: SseReader, url: string): void {
  if (block.startsWith(':')) {
    reader.comments.push(block);
    return;
  }
  const fields = new Map(
    block.split('\n').map((text) => {
      const [name = '', ...value] = text.split(': ');
      return [name, value.join(': ')];
    }),
  );
  const data = JSON.parse(fields.get('data')!) as never;
  const event = fields.get('event')!;
  expectDocumentedEvent(url, { event, data });
  reader.events.push({ ...(fields.has('id') && { id: fields.get('id')! }), event, data });
}
