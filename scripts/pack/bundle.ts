import { join } from 'node:path';
import { build, type Rolldown } from 'vite';
import { ROOT } from '../lib/paths.ts';
import { nodeBuiltins } from './node-builtins.ts';
import { ocppSchemas } from './ocpp-schemas.ts';
import type { Program } from './program.ts';
import { secp256k1Compiled } from './secp256k1-compiled.ts';
import { secp256k1Wasm } from './secp256k1-wasm.ts';

export interface Bundle {
  /** The program's files by their names. */
  files: Map<string, Buffer>;
  /** Paths of the modules that are in it. */
  modules: string[];
}

/** Name of the file that begins the program. */
export const MAIN = 'main.mjs';

/** What is bundled of a module stays readable in a stack: names are kept, comments are not. */
const OUTPUT: Rolldown.OutputOptions = {
  entryFileNames: MAIN,
  // Beside each other: what they read at run time has one path from all of them.
  chunkFileNames: '[name]-[hash].mjs',
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
  comments: false,
};

/** Of other authors' code: what it does on purpose, and a directive misspelt. */
const EXPECTED = ['EVAL', 'CIRCULAR_DEPENDENCY', 'MODULE_LEVEL_DIRECTIVE'];

/** Bundles a program with all its packages for Node; what is imported on demand becomes a file of its own. */
export async function bundle({ entries }: Program): Promise<Bundle> {
  const built = await build({
    configFile: false,
    root: ROOT,
    publicDir: false,
    logLevel: 'warn',
    plugins: [nodeBuiltins(), ocppSchemas(), secp256k1Compiled(), secp256k1Wasm()],
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: join(ROOT, entries[0]!),
      ssrEmitAssets: true,
      write: false,
      target: 'node22',
      rolldownOptions: {
        output: OUTPUT,
        onwarn: (warning, warn) => (EXPECTED.includes(warning.code ?? '') ? undefined : warn(warning)),
      },
    },
  });
  const { output } = built as Rolldown.RolldownOutput;
  const contentOf = (part: Rolldown.OutputChunk | Rolldown.OutputAsset) =>
    Buffer.from(part.type === 'chunk' ? part.code : part.source);
  return {
    files: new Map(output.map((part) => [part.fileName, contentOf(part)])),
    modules: output.flatMap((part) => (part.type === 'chunk' ? Object.keys(part.modules) : [])),
  };
}
