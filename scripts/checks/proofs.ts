import { runNode, type Stage, type StageResult } from '../lib/stage.ts';

/** Reads what `scripts/prove.ts` says: a target that is not proven is a failure, a missing solver is said. */
export function proofsResult(code: number, output: string): StageResult {
  const note = /^not run: .+$/m.exec(output)?.[0];
  if (note !== undefined) return { passed: 0, failed: 0, note };
  const counts = [...output.matchAll(/^\w+: (\d+) proven, (\d+) open/gm)];
  const sum = (at: number) => counts.reduce((total, match) => total + Number(match[at]), 0);
  const failed = sum(2);
  return { passed: sum(1), failed: code !== 0 && failed === 0 ? 1 : failed };
}

/** Proves the contracts' arithmetic for all values (see `scripts/prove/prove.ts`). */
export const PROOFS_STAGE: Stage = {
  name: 'proofs',
  what: 'cost, times and calendar proven by the SMTChecker',
  run: async (say) => {
    const { code, output } = await runNode(['scripts/prove.ts'], say);
    return proofsResult(code, output);
  },
};
