import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startAnvil } from '../../scripts/lib/anvil.ts';
import type { StartContext } from '../../scripts/start/child-spec.ts';
import { ensureDeployed } from '../../scripts/start/deployment.ts';
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
  const file = join(dataDir, 'deployment.json');
  const record = JSON.parse(readFileSync(file, 'utf8'));
  for (const codeHash of [undefined, `0x${'00'.repeat(32)}`]) {
    writeFileSync(file, JSON.stringify({ ...record, codeHash }));
    await expect(ensureDeployed(context, anvil.url)).rejects.toThrow(/--fresh/);
  }
});
