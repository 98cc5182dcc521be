/** Version of the npm package `solc`, the one that every source asks for. */
export const SOLC_VERSION = '0.8.37';

const settingsFor = (runs: number, evmVersion: 'osaka' | 'cancun' = 'osaka') => ({
  evmVersion,
  viaIR: true,
  optimizer: { enabled: true, runs },
  metadata: { bytecodeHash: 'none' },
});

export type SolcSettings = ReturnType<typeof settingsFor>;

/** Tuned for many calls. */
const MANY_RUNS = 1_000_000;

/** Every session pays for them. */
export const DEFAULT_SETTINGS = settingsFor(MANY_RUNS);

/**
 * Files with other settings than the default. Each one is one more run of the compiler: Hardhat joins files whose
 * settings are the same object, and makes an object of its own for each file named here.
 */
export const OTHER_SETTINGS: Readonly<Record<string, SolcSettings>> = {
  // What few sessions need: tuned for size, to stay within EIP-170's 24,576 bytes.
  'contracts/PlugpactExtension.sol': settingsFor(200),
  // For ledgers that have not come to osaka.
  'contracts/OcmfVerifierWithoutClz.sol': settingsFor(MANY_RUNS, 'cancun'),
};
