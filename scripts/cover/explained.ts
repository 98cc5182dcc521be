/**
 * Points that no test reaches, each with the reason. Keys are those that `scripts/coverage.ts` prints: file, kind and code.
 * A key that names no gap fails the check.
 */
export const EXPLAINED: Record<string, string> = {
  'contracts/stages/Batches.sol true: size > REASON_MAX_BYTES':
    'no error of the market is as long today; the cut keeps a later one from burning the gas of a whole batch',
};
