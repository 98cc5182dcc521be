import { runNode, type Stage, type StageResult } from '../lib/stage.ts';
import { linesOf, type MutationReport } from '../mutate/check.ts';

/** It ends a test run of its own first. */
const GRACE_MS = 12_000;

/** Reads what `scripts/mutate.ts --json` wrote; a run without a report is a failure. */
export function mutantsResult(output: string): StageResult & { lines: string[] } {
  const json = output.split('\n').findLast((line) => line.startsWith('{'));
  if (json === undefined) return { passed: 0, failed: 1, lines: [] };
  const report = JSON.parse(json) as MutationReport;
  const failed = report.survived.length + report.wronglyListed.length;
  return { passed: report.killed, failed, lines: linesOf(report) };
}

/** Leaves out each guard of the contracts in turn: one that no contract test misses is a failure. */
export const MUTANTS_STAGE: Stage = {
  name: 'mutants',
  what: 'each guard of the contracts left out in turn',
  run: async (say, progress) => {
    // A program of its own: the compiler that it loads would hold up the other stages.
    const args = ['scripts/mutate.ts', '--guards', '--json'];
    const hear = (text: string) => {
      if (!text.startsWith('{')) say(text);
      progress(text.trimEnd().split('\n').at(-1) ?? '');
    };
    // Samples are enough to miss a guard: traced, the full counts of one test file take half an hour.
    const { PLUGPACT_DEEP: _, ...env } = process.env;
    const { output } = await runNode(args, hear, env, { graceMs: GRACE_MS });
    const { lines, ...result } = mutantsResult(output);
    say(`${lines.join('\n')}\n`);
    return result;
  },
};
