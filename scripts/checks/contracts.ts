import { globSync } from 'node:fs';
import { compileAll, HARDHAT_ENV, hardhatCli } from '../lib/artifacts.ts';
import { ROOT } from '../lib/paths.ts';
import { FAILED, PASSED, runNode, type Say, type Stage, type StageResult } from '../lib/stage.ts';

const hasFiles = (pattern: string): boolean => globSync(pattern, { cwd: ROOT }).length > 0;

const countBefore = (output: string, word: string): number =>
  Number(new RegExp(`^\\s*(\\d+) ${word}`, 'm').exec(output)?.[1] ?? 0);

/** Reads Hardhat's summary; an exit code that the counts do not explain is one failure more. */
export function solidityResult(code: number, output: string): StageResult {
  const passed = countBefore(output, 'passing');
  const failed = countBefore(output, 'failing');
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed };
}

/** The last line of the compiler's runs in a piece of Hardhat's output (see `lib/solc-cache.ts`). */
export const lastCompiling = (output: string): string | undefined =>
  [...output.matchAll(/^solc: (.+)$/gm)].at(-1)?.[1];

/** Compiles contracts and their tests; a compiler warning is an error (see `lib/solc-warnings.ts`). */
export const COMPILE_STAGE: Stage = {
  name: 'compile',
  what: 'contracts and their tests, warnings as errors',
  run: async (say, progress) => {
    if (!hasFiles('contracts/**/*.sol')) return { passed: 0, failed: 0, note: 'no contracts' };
    const hear: Say = (text) => {
      say(text);
      const compiling = lastCompiling(text);
      if (compiling !== undefined) progress(compiling);
    };
    const build = async () => (await runNode([hardhatCli(), 'build'], hear, HARDHAT_ENV)).code === 0;
    return (await compileAll(build)) ? PASSED : FAILED;
  },
};

/** The Solidity tests: unit, fuzz (seeded) and invariants; `deep` takes the full counts. */
export const solidityStage = (profile: 'default' | 'deep'): Stage => ({
  name: 'contracts',
  what: `Solidity tests, fuzz and invariants (profile ${profile})`,
  run: async (say) => {
    if (!hasFiles('test/**/*.t.sol')) return { passed: 0, failed: 0, note: 'no tests' };
    const { code, output } = await runNode(
      [hardhatCli(), 'test', 'solidity', '--test-profile', profile],
      say,
      HARDHAT_ENV,
    );
    return solidityResult(code, output);
  },
});
