import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { rpc, startAnvil } from '../../scripts/lib/anvil.ts';
import type { StartContext } from '../../scripts/start/child-spec.ts';
import { ensureDeployed } from '../../scripts/start/deployment.ts';
import { requireKnownFormat } from '../../scripts/start/ledger-format.ts';
import { startStack } from '../../scripts/start/stack.ts';
import { tempFolder } from './support.ts';

test('the market of a kept ledger is used again, and that of another version is refused, not misread', async () => {
  const anvil = await startAnvil();
  onTestFinished(() => anvil.stop());
  const dataDir = tempFolder();
  const said: string[] = [];
  const context = { dataDir, say: (line: string) => said.push(line) } as unknown as StartContext;
  const first = await ensureDeployed(context, anvil.url);
  expect(await ensureDeployed(context, anvil.url)).toEqual(first);
  expect(said).toHaveLength(1);
  expect(() => requireKnownFormat(dataDir)).not.toThrow();
  const file = join(dataDir, 'deployment.json');
  const record = JSON.parse(readFileSync(file, 'utf8'));
  for (const codeHash of [undefined, `0x${'00'.repeat(32)}`]) {
    writeFileSync(file, JSON.stringify({ ...record, codeHash }));
    await expect(ensureDeployed(context, anvil.url)).rejects.toThrow(/--fresh/);
  }
  const { market, token } = record;
  writeFileSync(file, JSON.stringify({ chainId: 31_337, market, token, deployBlock: 4, codeHash: '0x00' }));
  await expect(ensureDeployed(context, anvil.url)).rejects.toMatchObject({ code: 'start.otherVersion' });
});

test('a ledger that lost a part of its market gets a new one', async () => {
  const anvil = await startAnvil();
  onTestFinished(() => anvil.stop());
  const said: string[] = [];
  const context = {
    dataDir: tempFolder(),
    say: (line: string) => said.push(line),
  } as unknown as StartContext;
  for (const part of ['depositAddresses', 'passkeyVerifier', 'market'] as const) {
    const first = await ensureDeployed(context, anvil.url);
    await rpc(anvil.url, 'anvil_setCode', [first[part], '0x']);
    const next = await ensureDeployed(context, anvil.url);
    expect(next.market).not.toBe(first.market);
    expect(said.at(-1)).toMatch(/no longer has the recorded market/);
  }
});

test('a folder of another format is named with its remedy, and nothing in it is changed', async () => {
  const dataDir = tempFolder();
  requireKnownFormat(dataDir);
  const kept = { 'ledger-state.json': '{"accounts":{},"blocks":[]}', 'deployment.json': '{"chainId":31337}' };
  for (const [name, text] of Object.entries(kept)) writeFileSync(join(dataDir, name), text);
  // It has nothing to start programs with: it refuses before it would.
  const context = { dataDir, say: () => {} } as unknown as StartContext;
  await expect(startStack(context, { web: false })).rejects.toMatchObject({
    code: 'start.otherFormat',
    remedy: expect.stringContaining('npm start -- --fresh'),
  });
  const after = readdirSync(dataDir).map((name) => [name, readFileSync(join(dataDir, name), 'utf8')]);
  expect(Object.fromEntries(after)).toEqual(kept);
});
