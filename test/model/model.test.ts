import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import { KINDS } from './choose/choose.ts';
import { OTHER_CALLS, REFUSALS, ROWS } from './coverage.ts';
import { FACES } from './dice.ts';
import type { Ledger } from './ledger.ts';
import { deployLedger, firstSteps, newWorld } from './setUp.ts';
import { compareAll, type Real, Step, Tally, take } from './step.ts';

const DEEP = process.env.PLUGPACT_DEEP !== undefined;
const SEED = 20_261_122;
const LEAST_STEPS = DEEP ? 20_000 : 2_000;
/** Runs of so many steps at most, a third of that on average: what has no place yet is left out. */
const MAX_STEPS_A_RUN = 200;
const RUNS = DEEP ? 450 : 48;
const TIMEOUT_MS = DEEP ? 1_200_000 : 240_000;
/** More numbers than any step uses up. */
const NUMBERS = 96;

let anvil: Anvil;
let ledger: Ledger;
let snapshot: string;
const begun = newWorld();
const record = new Tally();

beforeAll(async () => {
  anvil = await startAnvil();
  ledger = await deployLedger(anvil.url);
  for (const call of firstSteps()) await take(begun, ledger, record, call);
  await compareAll(begun, ledger, record);
  snapshot = await ledger.one('evm_snapshot');
  record.clear();
});
afterAll(() => anvil.stop());

const number = fc.noBias(fc.nat(FACES - 1));
const step = fc
  .tuple(fc.constantFrom(...KINDS), fc.array(number, { minLength: NUMBERS, maxLength: NUMBERS }))
  .map(([kind, numbers]) => new Step(kind, numbers));
const steps = fc.commands([step], { maxCommands: MAX_STEPS_A_RUN, size: 'max' });

/** The same beginning for every run. */
async function begin(): Promise<{ model: typeof begun; real: Real }> {
  await ledger.one('evm_revert', [snapshot]);
  snapshot = await ledger.one('evm_snapshot');
  record.trail = [];
  return { model: structuredClone(begun), real: { ledger, record } };
}

async function run(commands: Iterable<Step>): Promise<void> {
  const both = await begin();
  await fc.asyncModelRun(() => both, commands);
  await compareAll(both.model, ledger, record);
}

describe('the market', () => {
  it('does what the model says, step by step', { timeout: TIMEOUT_MS }, async () => {
    const property = fc.asyncProperty(
      fc.noBias(steps),
      run as (commands: Iterable<unknown>) => Promise<void>,
    );
    const patience = { interruptAfterTimeLimit: TIMEOUT_MS * 0.9 };
    await fc.assert(property, { seed: SEED, numRuns: RUNS, ...patience });
    expect(record.steps).toBeGreaterThanOrEqual(LEAST_STEPS);
  });

  it('was led through every row of the table of states, every call and every refusal', () => {
    const reached = [...record.rows.keys(), ...record.refusals.keys()];
    const wanted: readonly string[] = [...ROWS, ...OTHER_CALLS, ...REFUSALS];
    expect(wanted.filter((one) => !reached.includes(one))).toEqual([]);
  });
});
