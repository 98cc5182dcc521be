import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';
import { packageDir } from '../lib/paths.ts';

const FILE = 'secp256k1.wasm';

/** The compiled curve of tiny-secp256k1 as a file of the archive: the package reads it from beside its own module. */
export function secp256k1Wasm(): Plugin {
  const folder = join(packageDir('tiny-secp256k1'), 'lib');
  return {
    name: 'plugpact-secp256k1-wasm',
    load(id) {
      if (id !== join(folder, 'wasm_loader.js')) return undefined;
      this.emitFile({ type: 'asset', fileName: FILE, source: readFileSync(join(folder, FILE)) });
      return undefined;
    },
  };
}
