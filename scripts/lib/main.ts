import { realpathSync } from 'node:fs';

/** True if this module is the program that was started; `import.meta.main` is missing in Node 22. */
export const isMain = (meta: ImportMeta): boolean =>
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === meta.filename;
