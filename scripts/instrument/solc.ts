import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.ts';

export type Sources = Record<string, { content: string }>;

type Message = { severity: string; formattedMessage: string };
type Contract = { abi: readonly unknown[]; evm: Record<'bytecode' | 'deployedBytecode', { object: string }> };
type Output = {
  errors?: Message[];
  sources: Record<string, { ast?: unknown }>;
  contracts?: Record<string, Record<string, Contract>>;
};
type Find = (path: string) => { contents: string } | { error: string };

const { compile } = createRequire(import.meta.url)('solc') as {
  compile: (input: string, callbacks: { import: Find }) => string;
};

const find: Find = (path) => {
  const file = join(ROOT, 'node_modules', path);
  return existsSync(file) ? { contents: readFileSync(file, 'utf8') } : { error: `There is no ${path}.` };
};

/** The compiler's usual steps once and without inlining: marks make functions large, which then need too much stack. */
const STEPS =
  'dhfoDgvulfnTUtnIfxa[r]EscLMcCTUtTOntnfDIulLculVcul[j]Tpeulxa[rul]xa[r]cLjmul[jul]VcTOculjmul:fDnTOcmu';

/** Tuned for size: instrumented code is large, and its gas does not matter. */
const SMALL = {
  enabled: true,
  runs: 1,
  details: { yul: true, yulDetails: { stackAllocation: true, optimizerSteps: STEPS } },
};

/** Compiles with the pinned compiler, for the same EVM as `hardhat.config.ts`. */
export function solc(
  sources: Sources,
  outputSelection: Record<string, Record<string, string[]>>,
  optimizer: object = SMALL,
): Output {
  const input = {
    language: 'Solidity',
    sources,
    settings: {
      evmVersion: 'osaka',
      viaIR: true,
      optimizer,
      metadata: { bytecodeHash: 'none' },
      outputSelection,
    },
  };
  const output = JSON.parse(compile(JSON.stringify(input), { import: find })) as Output;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map((error) => error.formattedMessage).join('\n'));
  return output;
}
