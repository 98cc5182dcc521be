import { COMPILE_STAGE, solidityStage } from './checks/contracts.ts';
import { GENERATED_STAGE } from './checks/generated.ts';
import { STATIC_STAGES } from './checks/static.ts';
import { partsStage, vitestStage } from './checks/vitest.ts';
import { endOnSignals } from './lib/group.ts';
import { runStages } from './lib/run-stages.ts';
import { type Stage, total } from './lib/stage.ts';

const after = (stage: Stage, ...needs: string[]): Stage => ({ ...stage, needs });

/**
 * In the order of their start, as far as their needs allow: the compiler first, with beside it what deploys the
 * committed contracts or none; `web` early, since it runs one file after the other; `live` last, since it fills all cores.
 */
const STAGES: readonly Stage[] = [
  COMPILE_STAGE,
  after(GENERATED_STAGE, 'compile'),
  vitestStage('web', 'the page in a browser'),
  ...STATIC_STAGES,
  vitestStage('pure', 'tests that compute only'),
  after(solidityStage('default'), 'compile'),
  vitestStage('live', 'tests with sockets, programs and ledgers', ['compile']),
];

/** The stages named by `words`; every other word is a part of the paths of test files. All stages for no word. */
function chosen(words: readonly string[]): Stage[] {
  const named = STAGES.filter(({ name }) => words.includes(name));
  const parts = words.filter((word) => named.every(({ name }) => name !== word));
  if (words.length === 0) return [...STAGES];
  return parts.length === 0 ? named : [...named, partsStage(parts)];
}

/** `npm test [-- NAME…]`: a name of a stage runs that stage, anything else the test files whose path contains it. */
async function test(words: readonly string[]): Promise<number> {
  const { line, passed, failed } = total(await runStages(chosen(words)));
  console.log(`\n${line}`);
  return failed === 0 && passed > 0 ? 0 : 1;
}

endOnSignals();
process.exitCode = await test(process.argv.slice(2));
