/** From the root. Nothing here outlives its use; `cache/` is not committed. */
export const INSTRUMENTED_DIR = 'cache/instrumented';

/** Generated files, each of which runs one test file under one mark. */
export const RUNS_DIR = `${INSTRUMENTED_DIR}/runs`;
