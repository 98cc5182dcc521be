import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { packageDir } from '../lib/paths.ts';

/** What loads the libraries, from a folder of this name beside its own module. */
const LOADER = 'server/link/compiledCurve.ts';

/** libsecp256k1 for each platform that the package brings it for, as files of the archive. */
export function secp256k1Compiled(): Plugin {
  const folder = packageDir('secp256k1');
  return {
    name: 'plugpact-secp256k1-compiled',
    load(id) {
      if (!id.replaceAll('\\', '/').endsWith(LOADER)) return undefined;
      for (const file of globSync('prebuilds/*/*.node', { cwd: folder }).sort()) {
        const fileName = file.replaceAll('\\', '/');
        this.emitFile({ type: 'asset', fileName, source: readFileSync(join(folder, file)) });
      }
      return undefined;
    },
  };
}
