import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SiweMessage } from 'siwe';
import type { LocalAccount } from 'viem';
import type { Anvil } from '../../scripts/lib/anvil.ts';
import { localPrivateKey } from '../../scripts/lib/local-accounts.ts';
import { waitFor } from '../../scripts/lib/wait.ts';
import { readConfig, type ServerConfig } from '../../server/config.ts';
import { createLog } from '../../server/http/log.ts';
import { type RunningServer, type ServeOptions, serve } from '../../server/serve.ts';
import { rpc, startAnvil } from '../support/anvil.ts';
import { deployTestMarket, type TestMarket } from '../support/market.ts';

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

/** Starts a server on a free port, with a new database unless the environment names one. */
export async function startServer(
  market: TestMarket,
  env: Record<string, string> = {},
  options: Partial<ServeOptions> = {},
): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'plugpact-server-'));
  const config = readConfig({
    PORT: '0',
    RPC_URL: market.rpcUrl,
    MARKET_ADDRESS: market.market,
    PASSKEY_VERIFIER_ADDRESS: market.passkeyVerifier,
    DEPOSIT_ADDRESSES_ADDRESS: market.depositAddresses,
    DEPLOY_BLOCK: String(market.deployBlock),
    DATABASE_FILE: join(folder, 'index.sqlite'),
    RELAYER_PRIVATE_KEY: localPrivateKey('relayer'),
    FAUCET_PRIVATE_KEY: localPrivateKey('deployer'),
    POLL_MS: '50',
    LOG_LEVEL: 'debug',
    ...env,
  });
  const logLines: string[] = [];
  const fatal: Error[] = [];
  const log = createLog(config.logLevel, { write: (line) => void logLines.push(line) });
  const server = await serve(config, { log, onFatal: (error) => void fatal.push(error), ...options });
  const host = `127.0.0.1:${server.port}`;
  return {
    ...server,
    ...{ config, logLines, fatal, host, url: `http://${host}`, api: `http://${host}/api/v1` },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
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

export async function get<T = Record<string, unknown>>(
  url: string,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  const response = await fetch(url, { headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text || 'null') as T };
}

export async function post<T = Record<string, unknown>>(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer<T>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text || 'null') as T };
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
  events: { event: string; data: never }[];
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
  reader.ended = readEvents(response, reader);
  return reader;
}

async function readEvents(response: Response, reader: SseReader): Promise<void> {
  let text = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body!) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) takeBlock(block, reader);
    }
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
  }
}

function takeBlock(block: string, reader: SseReader): void {
  if (block.startsWith(':')) {
    reader.comments.push(block);
    return;
  }
  const [event = '', data = ''] = block.split('\n');
  reader.events.push({
    event: event.slice('event: '.length),
    data: JSON.parse(data.slice('data: '.length)) as never,
  });
}
