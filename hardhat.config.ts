import { globSync } from 'node:fs';
import { createRequire } from 'node:module';
import hardhatViem from '@nomicfoundation/hardhat-viem';
import { defineConfig } from 'hardhat/config';
import { warningsAreErrors } from './scripts/lib/solc-warnings.ts';

const require = createRequire(import.meta.url);

/**
 * One compiler, from the npm package `solc`, so that nothing is downloaded at build time and every machine
 * builds the same bytecode. The generated code is tuned for many calls, since every session pays for it.
 */
const solc = {
  version: '0.8.37',
  path: require.resolve('solc/soljson.js'),
  settings: {
    evmVersion: 'osaka',
    viaIR: true,
    optimizer: { enabled: true, runs: 1_000_000 },
    metadata: { bytecodeHash: 'none' },
  },
};

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

/** The extension holds what few sessions need: its code is tuned for size, to stay within EIP-170's 24,576 bytes. */
const rareSolc = { ...solc, settings: { ...solc.settings, optimizer: { enabled: true, runs: 200 } } };

/** Handlers and their model are large and run only in tests. */
const sized = ['contracts/PlugpactExtension.sol', ...globSync('test/invariant/*.sol')];

const compilers = {
  compilers: [solc],
  overrides: Object.fromEntries(sized.map((file) => [file, rareSolc])),
};

export default defineConfig({
  plugins: [hardhatViem, warningsAreErrors],
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
