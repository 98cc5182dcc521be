const DEEP = process.env.PLUGPACT_DEEP !== undefined;
const SEED = 20_261_122;

/** Samples of a search that sends each of them to the ledger; the same samples on every machine. */
export const RUNS_ON_LEDGER = { numRuns: DEEP ? 400 : 30, seed: SEED };

/** Samples of a search that only simulates calls. */
export const RUNS_SIMULATED = { numRuns: DEEP ? 3_000 : 60, seed: SEED };

/** Samples of a search that needs no ledger. */
export const RUNS_WITHOUT_LEDGER = { numRuns: DEEP ? 2_000 : 30, seed: SEED };

/** Searches on a ledger are slow, above all in the deep run. */
export const TIMEOUT = { timeout: DEEP ? 1_800_000 : 120_000 };
