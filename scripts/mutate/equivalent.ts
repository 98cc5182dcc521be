/**
 * Mutants that change nothing anyone can see, each with the reason. Keys are those that `scripts/mutate.ts` prints. Who
 * changes the code of one changes its key: a key that names no mutant fails the check.
 */
export const EQUIVALENT: Record<string, string> = {};
