import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from '../lib/paths.ts';
import type { Solver } from './solver.ts';

const require = createRequire(import.meta.url);

/** The contracts whose assertions are proven. */
const FILE = 'test/proofs/Proofs.sol';
export const PROOFS = ['CostProof', 'TimesProof', 'CalendarProof'] as const;

/** What the SMTChecker says of a target. */
const PROVEN = '2961';
const ENGINE_IS_OLD = '3993';

interface Message {
  errorCode?: string;
  severity: 'error' | 'warning' | 'info';
  message: string;
  formattedMessage?: string;
}

export interface ProofResult {
  proven: number;
  /** Targets that are false, or that the solver gave no answer to. */
  open: string[];
}

/**
 * Proves every assertion of one contract, and that nothing in it over- or underflows or divides by zero, for all
 * arguments. The bounded engine is enough, since nothing here loops.
 */
export function prove(contract: (typeof PROOFS)[number], solver: Solver): ProofResult {
  const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
  const input = {
    language: 'Solidity',
    sources: { [FILE]: { content: read(FILE) } },
    settings: {
      modelChecker: {
        engine: 'bmc',
        solvers: ['smtlib2'],
        targets: ['assert', 'overflow', 'underflow', 'divByZero'],
        contracts: { [FILE]: [contract] },
        showProvedSafe: true,
        showUnproved: true,
        showUnsupported: true,
      },
      outputSelection: {},
    },
  };
  const solc = require('solc');
  const output = solc.compile(JSON.stringify(input), {
    import: (path: string) => ({ contents: read(path) }),
    smtSolver: (query: string) => ({ contents: solver.answer(query) }),
  });
  return resultOf(JSON.parse(output).errors ?? []);
}

/** Anything but a proven target is one that is not: a solver that says nothing proves nothing. */
export function resultOf(messages: readonly Message[]): ProofResult {
  const told = messages.filter(({ errorCode }) => errorCode !== ENGINE_IS_OLD);
  return {
    proven: told.filter(({ errorCode }) => errorCode === PROVEN).length,
    open: told
      .filter(({ errorCode }) => errorCode !== PROVEN)
      .map(({ formattedMessage, message }) => formattedMessage ?? message),
  };
}
