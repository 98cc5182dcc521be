import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.ts';

/**
 * Compares generated files with what their source makes, by their path; with `write`, writes them. True if they are (now)
 * the same.
 */
export const checkFiles = (files: Record<string, string>, source: string, write: boolean): boolean =>
  Object.entries(files)
    .map(([file, wanted]) => checkFile(file, wanted, source, write))
    .every((isSame) => isSame);

function checkFile(file: string, wanted: string, source: string, write: boolean): boolean {
  const path = join(ROOT, file);
  const found = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (wanted === found) return true;
  if (!write) {
    console.error(`${file} is not what ${source} make: run "npm run check -- --write".`);
    return false;
  }
  writeFileSync(path, wanted);
  console.error(`${file}: written again.`);
  return true;
}
