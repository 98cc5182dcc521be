import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const FILES = ['swagger-ui-bundle.js', 'swagger-ui.css'];

/** Puts Swagger UI beside the explorer's own files (`public/api`), as it is published: it is minified already. */
export function explorer(): Plugin {
  return {
    name: 'plugpact:explorer',
    generateBundle() {
      const folder = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));
      for (const file of FILES) {
        this.emitFile({ type: 'asset', fileName: `api/${file}`, source: readFileSync(join(folder, file)) });
      }
    },
  };
}
