import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ended } from '../../scripts/lib/child.ts';
import { localAccount, localPrivateKey } from '../../scripts/lib/local-accounts.ts';
import { ROOT } from '../../scripts/lib/paths.ts';
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

function start(env: Record<string, string>): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [join(ROOT, 'server/main.ts')], {
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

const environment = (file: string, change: Record<string, string> = {}) => ({
  PORT: '0',
  RPC_URL: ledger.anvil.url,
  MARKET_ADDRESS: ledger.market.market,
  DATABASE_FILE: join(folder, file),
  FAUCET_PRIVATE_KEY: localPrivateKey('deployer'),
  ...change,
});

test('the program logs its port, serves, and ends on SIGTERM', async () => {
  const { child, output } = start(environment('a.sqlite'));
  const port = await waitFor('the log line with the port', () => {
    const line = output()
      .split('\n')
      .find((text) => text.includes('"msg":"listening"'));
    return line === undefined ? undefined : (JSON.parse(line) as { port: number }).port;
  });
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
