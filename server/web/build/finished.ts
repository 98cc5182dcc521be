import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'vite';
import { compiledMessages } from '../compiledMessages.ts';
import { precompress } from './precompressed.ts';

/** Large parts that only some readers need: the worker keeps them when they are first asked for. */
const ON_DEMAND = /^assets\/(?:maplibre|MapView|jspdf|html2canvas|purify|qr|walletAppProvider)/i;
const KEPT = /^(?:index\.html|assets\/.*\.(?:js|css|svg|woff2|json)|icons\/.*|manifest\.webmanifest)$/;

interface Entry {
  url: string;
  revision: string | null;
}

/** The files that the page works with while there is no network. A hashed name needs no revision. */
function precacheOf(outDir: string): Entry[] {
  return globSync('**/*', { cwd: outDir })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => KEPT.test(file) && !ON_DEMAND.test(file))
    .toSorted()
    .map((file) => ({
      url: `/${file}`,
      revision: file.startsWith('assets/') ? null : hashOf(join(outDir, file)),
    }));
}

const hashOf = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16);

/** The service worker in one plain script: not every browser runs modules as such. */
const buildWorker = (root: string, outDir: string) =>
  build({
    configFile: false,
    root,
    publicDir: false,
    logLevel: 'warn',
    plugins: [compiledMessages()],
    define: {
      PRECACHE: JSON.stringify(precacheOf(outDir)),
      'process.env.NODE_ENV': '"production"',
    },
    build: {
      outDir,
      emptyOutDir: false,
      modulePreload: false,
      target: 'es2022',
      rolldownOptions: {
        input: join(root, 'worker/worker.ts'),
        // Only the helper of preloading names it, and a worker preloads nothing.
        transform: { define: { 'import.meta': '{}' } },
        output: { format: 'iife', entryFileNames: 'worker.js', codeSplitting: false },
      },
    },
  });

/** What is made of the finished page: the service worker, which knows its files, then everything compressed. */
export function finished(): Plugin {
  let root = '';
  let outDir = '';
  let isWritten = false;
  return {
    name: 'plugpact:finished',
    apply: 'build',
    configResolved(config) {
      root = config.root;
      outDir = config.build.outDir;
    },
    writeBundle() {
      isWritten = true;
    },
    async closeBundle() {
      // It is called after a build that failed too.
      if (!isWritten) return;
      await buildWorker(root, outDir);
      await precompress(globSync('**/*.*', { cwd: outDir }).map((file) => join(outDir, file)));
    },
  };
}
