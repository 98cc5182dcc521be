import { createRequire } from 'node:module';
import hardhatViem from '@nomicfoundation/hardhat-viem';
import { defineConfig } from 'hardhat/config';
import { compiledOnce } from './scripts/lib/solc-cache.ts';
import {
  DEFAULT_SETTINGS,
  OTHER_SETTINGS,
  SOLC_VERSION,
  type SolcSettings,
} from './scripts/lib/solc-settings.ts';
import { warningsAreErrors } from './scripts/lib/solc-warnings.ts';

const require = createRequire(import.meta.url);

/**
 * One compiler, from the npm package `solc`, so that nothing is downloaded at build time and every machine
 * builds the same bytecode.
 */
const solcWith = (settings: SolcSettings) => ({
  version: SOLC_VERSION,
  path: require.resolve('solc/soljson.js'),
  settings,
});

/** Fixed, so that a failure seen by one is seen by all; the deep profile takes more runs from the same seed. */
const FUZZ_SEED = '0x706c756770616374';

/** Counts of the daily run and of `npm run test:deep`. */
const solidityTests = (fuzzRuns: number, invariantRuns: number, depth: number) => ({
  fuzz: { runs: fuzzRuns, seed: FUZZ_SEED, maxTestRejects: 65_536 },
  invariant: {
    runs: invariantRuns,
    depth,
    // A handler that reverts would test nothing, and nobody would see it.
    failOnRevert: true,
    // Handlers take one number each and hash it: values seen before would only be drawn twice.
    dictionaryWeight: 0,
    includeStorage: false,
    includePushBytes: false,
  },
});

const compilers = {
  compilers: [solcWith(DEFAULT_SETTINGS)],
  overrides: Object.fromEntries(
    Object.entries(OTHER_SETTINGS).map(([file, settings]) => [file, solcWith(settings)]),
  ),
};

export default defineConfig({
  // The last one is asked first: warnings are looked at wherever the compiler's words come from.
  plugins: [hardhatViem, compiledOnce, warningsAreErrors],
  solidity: { profiles: { default: compilers, production: compilers } },
  paths: { sources: './contracts', tests: { solidity: './test' } },
  networks: {
    default: { type: 'edr-simulated', chainType: 'l1', hardfork: 'osaka' },
  },
  test: {
    solidity: {
      profiles: { default: solidityTests(256, 200, 256), deep: solidityTests(20_000, 4_000, 256) },
    },
  },
});
