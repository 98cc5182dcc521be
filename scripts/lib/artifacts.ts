import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildOnce, markBuilt, sourcesHash } from './build-once.ts';
import { run } from './child.ts';
import { packageDir, ROOT } from './paths.ts';

/** Environment for Hardhat: it asks nothing, reports to nobody. */
export const HARDHAT_ENV = { ...process.env, HARDHAT_DISABLE_TELEMETRY: 'true' };

export const hardhatCli = (): string => join(packageDir('hardhat'), 'dist/src/cli.js');

/** Everything that decides the contracts' bytecode. */
const SOURCES = ['contracts/**/*.sol', 'hardhat.config.ts', 'scripts/lib/solc-settings.ts'];

const OUTPUT = 'artifacts';

/** Compiles the contracts if anything that decides their bytecode changed; its words go to standard error. */
export const ensureCompiled = (): Promise<void> =>
  buildOnce({
    what: 'the contracts',
    sources: SOURCES,
    output: OUTPUT,
    build: async () => {
      const code = await run(process.execPath, [hardhatCli(), 'build', '--no-tests'], {
        cwd: ROOT,
        env: HARDHAT_ENV,
        stdout: 'stderr',
      });
      if (code !== 0) throw new Error('The contracts do not compile: correct what the compiler names above.');
    },
  });

/**
 * Runs `compile`, which tells whether it compiled everything. Then `ensureCompiled` has nothing left to do: it would run
 * Hardhat beside what else runs it.
 */
export async function compileAll(compile: () => Promise<boolean>): Promise<boolean> {
  const hash = sourcesHash(SOURCES);
  const isCompiled = await compile();
  if (isCompiled) markBuilt(OUTPUT, hash);
  return isCompiled;
}

export type Artifact = {
  abi: readonly unknown[];
  bytecode: `0x${string}`;
  /** Immutables are zeros here. */
  deployedBytecode: `0x${string}`;
};

/** An artifact as Hardhat writes it. */
export type HardhatArtifact = Artifact & {
  /** Places of libraries' addresses, by file. */
  linkReferences: object;
  /** Where the constructor writes into the deployed code, in bytes. */
  immutableReferences: Record<string, { start: number; length: number }[]>;
  /** The compilation that made it. */
  buildInfoId: string;
};

/**
 * Artifact of a contract of ours, from the last compilation (see `ensureCompiled`).
 *
 * @param source file under `contracts/` without its ending: `mocks/DemoToken`; the contract has its name.
 */
export function readArtifact(source: string): HardhatArtifact {
  const name = source.split('/').at(-1);
  const file = join(ROOT, 'artifacts/contracts', `${source}.sol`, `${name}.json`);
  if (!existsSync(file))
    throw new Error(`There is no artifact of contracts/${source}.sol: compile it first.`);
  return JSON.parse(readFileSync(file, 'utf8')) as HardhatArtifact;
}
