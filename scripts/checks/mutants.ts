import type { Stage } from '../lib/stage.ts';
import { checkMutants, linesOf } from '../mutate/check.ts';

/** Leaves out each guard of the contracts in turn: one that no contract test misses is a failure. */
export const MUTANTS_STAGE: Stage = {
  name: 'mutants',
  what: 'each guard of the contracts left out in turn',
  run: async (say) => {
    const report = await checkMutants({ guards: true }, (text) => say(`${text}\n`));
    say(`${linesOf(report).join('\n')}\n`);
    return { passed: report.killed, failed: report.survived.length + report.wronglyListed.length };
  },
};
