import { readFileSync } from 'node:fs';
import { vi } from 'vitest';
import { currentRun } from './enter.ts';

// The contracts of the run in place of the usual ones, on a node that takes their size and switches the run's mark on.
vi.mock('../lib/artifacts.ts', async (original) => ({
  ...(await original<typeof import('../lib/artifacts.ts')>()),
  ensureCompiled: async () => {},
  readArtifact: (source: string) =>
    (JSON.parse(readFileSync(currentRun().artifacts, 'utf8')) as Record<string, unknown>)[source],
}));

vi.mock('../lib/anvil.ts', async (original) => {
  const real = await original<typeof import('../lib/anvil.ts')>();
  const more = () => ['--disable-code-size-limit', '--gas-limit', String(currentRun().gasLimit)];
  return {
    ...real,
    startAnvil: (options: Parameters<typeof real.startAnvil>[0] = {}) =>
      real.startAnvil({ ...options, more: more() }),
  };
});
