import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { HardhatPlugin } from 'hardhat/types/plugins';
import type { CompilerInput, CompilerOutput } from 'hardhat/types/solidity';
import { UserCache, userCacheDir } from './user-cache.ts';

/** Of all that decides what the compiler says: its version, the sources with their names, the settings. */
export const jobKey = (compiler: string, input: CompilerInput): string =>
  createHash('sha256')
    .update(JSON.stringify([compiler, input]))
    .digest('hex');

const hasErrors = ({ errors = [] }: CompilerOutput): boolean =>
  errors.some(({ severity }) => severity === 'error');

/** What the compiler said of this input before, else what it says now, kept if there is no error in it. */
export async function compileOnce(
  cache: UserCache,
  key: string,
  compile: () => Promise<CompilerOutput>,
): Promise<{ output: CompilerOutput; kept: boolean }> {
  const text = cache.read(key);
  if (text !== undefined) return { output: JSON.parse(text), kept: true };
  const output = await compile();
  if (!hasErrors(output)) cache.keep(key, JSON.stringify(output));
  return { output, kept: false };
}

/** Milliseconds between two lines about a compiler that runs. */
const SAY_EVERY_MS = 10_000;

const say = (text: string): void => console.error(`solc: ${text}`);

const secondsSince = (sinceMs: number): string => `${((performance.now() - sinceMs) / 1000).toFixed(0)} s`;

/** Says how long `work` has run while it runs. */
async function saying<T>(what: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  say(`compiling ${what} …`);
  const timer = setInterval(() => say(`compiling ${what}: ${secondsSince(began)} so far`), SAY_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    say(`compiling ${what}: done after ${secondsSince(began)}`);
  }
}

const describe = ({ sources, settings }: CompilerInput): string =>
  `${Object.keys(sources).length} files, optimized for ${settings.optimizer.runs?.toLocaleString('en')} runs`;

/**
 * Hardhat plugin: each run of the compiler is done once on this machine, whichever clone asks. What comes from the cache
 * goes the same way as what was compiled, through every later plugin.
 */
export const compiledOnce: HardhatPlugin = {
  id: 'plugpact-compiled-once',
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        invokeSolc: async (context, compiler, input, config, next) => {
          const cache = new UserCache({ folder: join(userCacheDir(), 'solc'), say });
          const what = describe(input);
          const { output, kept } = await compileOnce(cache, jobKey(compiler.longVersion, input), () =>
            saying(what, () => next(context, compiler, input, config)),
          );
          if (kept) say(`${what}: compiled before, taken from the cache`);
          return output;
        },
      }),
    }),
  },
};
