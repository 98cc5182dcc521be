import { readFileSync } from 'node:fs';
import { vi } from 'vitest';
import type { Artifact } from '../lib/artifacts.ts';
import { currentRun } from './run-test-file.ts';

type Artifacts = Record<string, Artifact>;

const loaded = new Map<string, Artifacts>();

/** Cached between runs: it is a large file. */
function artifactsOf(file: string): Artifacts {
  const found = loaded.get(file) ?? (JSON.parse(readFileSync(file, 'utf8')) as Artifacts);
  loaded.set(file, found);
  return found;
}

function artifactOf(source: string): Artifact | undefined {
  return artifactsOf(currentRun().artifacts)[source];
}

// Uses the run's contracts instead of the usual ones, on a node that allows their size and switches the run's mark on.
vi.mock('../lib/artifacts.ts', async (original) => ({
  ...(await original<typeof import('../lib/artifacts.ts')>()),
  ensureCompiled: async () => {},
  readArtifact: artifactOf,
}));

vi.mock('../lib/committed-contracts.ts', async (original) => ({
  ...(await original<typeof import('../lib/committed-contracts.ts')>()),
  committedContract: (source: string) => ({ ...artifactOf(source), constructorAbi: artifactOf(source)?.abi }),
}));

// A traced run sees what the tests ask their nodes.
vi.mock('../lib/post-json.ts', async (original) => {
  const real = await original<typeof import('../lib/post-json.ts')>();
  const { watchedPost } = await import('./watched-post.ts');
  return { ...real, postJson: watchedPost(real.postJson) };
});

vi.mock('../lib/anvil.ts', async (original) => {
  const real = await original<typeof import('../lib/anvil.ts')>();
  const more = () => ['--disable-code-size-limit', '--gas-limit', String(currentRun().gasLimit)];
  return {
    ...real,
    startAnvil: (options: Parameters<typeof real.startAnvil>[0] = {}) =>
      real.startAnvil({ ...options, more: more() }),
  };
});
