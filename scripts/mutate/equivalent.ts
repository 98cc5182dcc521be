const GAS =
  'holds gas, which marks cost too: batches.test.ts judges it, in a test that cannot run on instrumented contracts';
const SAME = 'at the edge both sides are equal, so the assignment changes nothing';

/**
 * Mutants that change nothing anyone can see, and those that only a test of gas can kill, each with the reason. Keys are
 * those that `scripts/mutate.ts` prints. A change of a mutant's code changes its key: a key without a mutant fails
 * the check.
 */
export const EQUIVALENT: Record<string, string> = {
  'contracts/stages/Batches.sol _tryItems: guard never: gasleft() < needed': GAS,
  'contracts/stages/Batches.sol _tryItems: < to <=: gasleft() < needed': GAS,
  'contracts/stages/Batches.sol _neededGas: + without: itemGas + itemGas / 63': GAS,
  'contracts/stages/Batches.sol _neededGas: + without: itemGas': GAS,
  'contracts/stages/Batches.sol _neededGas: + without: itemGas / 63': GAS,
  'contracts/stages/Batches.sol _neededGas: / without: 63': GAS,
  'contracts/stages/Batches.sol _neededGas: + without: OVERHEAD_GAS': GAS,
  'contracts/stages/Batches.sol _reason: > to >=: size > REASON_MAX_BYTES': SAME,
  'contracts/stages/Guardian.sol pauseNewBookings: > to >=: limit > GUARDIAN_ENDS_AT': SAME,
};
