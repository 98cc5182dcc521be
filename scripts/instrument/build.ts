import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Artifact } from '../lib/artifacts.ts';
import { ROOT } from '../lib/paths.ts';
import { INSTRUMENTED_DIR } from './folders.ts';
import { type Sources, solc } from './solc.ts';

/** Compiles instrumented contracts, or finds them compiled already, and gives the file with their artifacts. */
export function build(sources: Sources): string {
  const hash = createHash('sha256').update(JSON.stringify(sources)).digest('hex').slice(0, 16);
  const file = join(ROOT, INSTRUMENTED_DIR, `artifacts-${hash}.json`);
  if (existsSync(file)) return file;
  const { contracts = {} } = solc(sources, {
    '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] },
  });
  const artifacts: Record<string, Artifact> = {};
  for (const [path, named] of Object.entries(contracts)) {
    const source = /^contracts\/(.+)\.sol$/.exec(path)?.[1];
    const contract = named[source?.split('/').at(-1) ?? ''];
    if (!source || !contract) continue;
    const { bytecode, deployedBytecode } = contract.evm;
    artifacts[source] = {
      abi: contract.abi,
      bytecode: `0x${bytecode.object}`,
      deployedBytecode: `0x${deployedBytecode.object}`,
    } satisfies Artifact;
  }
  mkdirSync(join(ROOT, INSTRUMENTED_DIR), { recursive: true });
  writeFileSync(file, JSON.stringify(artifacts));
  return file;
}
