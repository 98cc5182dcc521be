import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** Root of the repository. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** What belongs to this clone's tools and can be made again: the Node fetched, the browser unpacked. */
export const RUNTIME_DIR = join(ROOT, '.runtime');

/** What `npm start` keeps: the ledger's state, the index, the agents' journals. */
export const DATA_DIR = join(ROOT, '.plugpact');

/**
 * Folder of an installed package, as a file in `dependent` finds it. Looks at the file system alone, so that `exports` cannot
 * hide it.
 */
export function packageDir(name: string, dependent = import.meta.dirname): string {
  const require = createRequire(join(dependent, 'any.js'));
  // By a file in it: a package may have the name of a module of Node's own, such as `events`.
  for (const base of require.resolve.paths(`${name}/package.json`) ?? []) {
    try {
      return dirname(require.resolve(join(base, name, 'package.json')));
    } catch {
      // Not in this folder: look in the next one.
    }
  }
  throw new Error(`The package ${name} is not installed. Run "npm start" or "npm test", which install it.`);
}
