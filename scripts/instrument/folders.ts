/** From the root. Temporary files; `cache/` is not committed. */
export const INSTRUMENTED_DIR = 'cache/instrumented';

/** Generated files, each of which runs one test file under one mark. */
export const RUNS_DIR = `${INSTRUMENTED_DIR}/runs`;
