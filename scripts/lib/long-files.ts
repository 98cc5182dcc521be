import { createHash } from 'node:crypto';

/**
 * The test files that take longest, which begin first: one that began last would be waited for alone. The summary of
 * `npm test` marks a file that belongs here and is missing.
 */
export const LONG_FILES: readonly string[] = [
  'test/journey/journey.test.ts',
  'test/journey/demo.test.ts',
  'test/meter-agent/drivers/mqtt.test.ts',
  'test/meter-agent/drivers/mqtt-mains.test.ts',
  'test/audit/honest.test.ts',
  'test/meter-agent/whole-session.test.ts',
  'test/meter-agent/crash.test.ts',
  'test/meter-agent/drivers/behaviour201.test.ts',
  'test/meter-agent/drivers/behaviour16.test.ts',
  'test/meter-agent/forwarding/other-system-faults.test.ts',
  'test/meter-agent/cli/newcomer.test.ts',
  'test/audit/faults/contracts.test.ts',
  'test/house/supervise.test.ts',
  'test/meter-agent/settlement/unilateral-claim.test.ts',
  'test/meter-agent/ledger/reorg.test.ts',
];

const rankOf = (file: string): number => {
  const rank = LONG_FILES.indexOf(file);
  return rank < 0 ? LONG_FILES.length : rank;
};

/** The long files in the order of their list, then the others in an order that the seed decides. */
export function longestFirst(files: readonly string[], seed: number): string[] {
  const draw = (file: string) => createHash('sha256').update(`${seed} ${file}`).digest('hex');
  return files.toSorted((a, b) => rankOf(a) - rankOf(b) || (draw(a) < draw(b) ? -1 : 1));
}
