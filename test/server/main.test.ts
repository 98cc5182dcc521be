import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Address, isAddressEqual } from 'viem';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ended } from '../../scripts/lib/child.ts';
import { localAccount, localPrivateKey } from '../../scripts/lib/local-accounts.ts';
import { ROOT } from '../../scripts/lib/paths.ts';
import { unpackedInto } from '../../scripts/pack/packed.ts';
import SERVER_FLAGS from '../../server/node-flags.json' with { type: 'json' };
import { freshPostgres } from '../support/postgres.ts';
import { get, startLedger, type TestLedger, waitFor } from './support.ts';

let ledger: TestLedger;
let folder: string;

beforeAll(async () => {
  ledger = await startLedger();
  folder = await mkdtemp(join(tmpdir(), 'plugpact-main-'));
});
afterAll(async () => {
  await ledger?.stop();
  await rm(folder, { recursive: true, force: true });
});

function start(
  env: Record<string, string>,
  program = join(ROOT, 'server/main.ts'),
): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return { child, output: () => output };
}

const onFile = (file: string) => ({ DATABASE_FILE: join(folder, file) });

const environment = (file: string, change: Record<string, string> = {}, database: object = onFile(file)) => ({
  PORT: '0',
  RPC_URL: ledger.anvil.url,
  MARKET_ADDRESS: ledger.market.market,
  ...database,
  FAUCET_PRIVATE_KEY: localPrivateKey('deployer'),
  ...change,
});

const portIn = (output: () => string) =>
  waitFor('the log line with the port', () => {
    const line = output()
      .split('\n')
      .find((text) => text.includes('"msg":"listening"'));
    return line === undefined ? undefined : (JSON.parse(line) as { port: number }).port;
  });

async function onPostgres(): Promise<{ DATABASE_URL: string }> {
  const { url, drop } = await freshPostgres();
  onTestFinished(drop);
  return { DATABASE_URL: url };
}

test.each(['SQLite', 'PostgreSQL'])(
  'the program of the archive serves API and page on %s, from wherever it is, and ends on SIGTERM',
  async (kind) => {
    const program = await unpackedInto(join(folder, kind, '.hidden'), 'server');
    const manifest = await readFile(join(dirname(program), '../package.json'), 'utf8');
    expect(JSON.parse(manifest).plugpact.nodeFlags).toEqual(expect.arrayContaining(SERVER_FLAGS));
    const database = kind === 'SQLite' ? onFile('packed.sqlite') : await onPostgres();
    const { child, output } = start(environment('packed', {}, database), program);
    const port = await portIn(output);
    const origin = `http://127.0.0.1:${port}`;
    await waitFor('the ledger to be followed', async () => (await get(`${origin}/healthz`)).status === 200);
    const { body } = await get<{ market: Address }>(`${origin}/api/v1/config`);
    expect(isAddressEqual(body.market, ledger.market.market)).toBe(true);
    for (const path of ['/', '/lend']) {
      expect(await (await fetch(origin + path)).text()).toContain('<div id="root">');
    }
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);
  },
  180_000,
);

test('the program logs its port, serves, and ends on SIGTERM', async () => {
  const { child, output } = start(environment('a.sqlite'));
  const port = await portIn(output);
  await waitFor('the ledger to be followed', async () => {
    return (await get(`http://127.0.0.1:${port}/healthz`)).status === 200;
  });
  child.kill('SIGTERM');
  expect(await ended(child)).toBe(0);
  expect(output()).not.toContain(localPrivateKey('deployer').slice(2));
});

test('a missing variable ends the program, which names it', async () => {
  const { child, output } = start({ PORT: '0' });
  expect(await ended(child)).toBe(1);
  expect(output()).toContain('MARKET_ADDRESS is missing');
});

test('a missing market ends the program, which names the remedy', async () => {
  const { child, output } = start(environment('b.sqlite', { MARKET_ADDRESS: localAccount('host').address }));
  expect(await ended(child)).toBe(1);
  expect(output()).toContain('"code":"ledger.noMarket"');
  expect(output()).toContain('MARKET_ADDRESS');
});

test('a port in use ends the program, which names it', async () => {
  const { child, output } = start(environment('c.sqlite', { PORT: String(ledger.anvil.port) }));
  expect(await ended(child)).toBe(1);
  expect(output()).toContain(`PORT = ${ledger.anvil.port} (EADDRINUSE)`);
});
