import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../../scripts/lib/anvil.ts';
import type { TakenStep } from './calls.ts';
import { KINDS } from './choose/choose.ts';
import { OTHER_CALLS, RARE, REFUSALS, ROWS } from './coverage.ts';
import type { Ledger } from './ledger.ts';
import { RNG_RANGE } from './rng.ts';
import { deployLedger, firstSteps, newWorld } from './set-up.ts';
import { shortestFailing } from './shrink.ts';
import { compareAll, Divergence, type ModelAndLedger, replay, Step, Tally, takeStep } from './step.ts';

const DEEP = process.env.PLUGPACT_DEEP !== undefined;
/** Chosen so that few steps meet nearly every row and refusal. */
const SEED = 33;
const LEAST_STEPS = DEEP ? 20_000 : 1_200;
/** Runs of so many steps at most, a quarter of that on average: impossible steps are left out. */
const MAX_STEPS_A_RUN = 200;
const RUNS = DEEP ? 600 : 110;
const TIMEOUT_MS = DEEP ? 1_200_000 : 180_000;
/** More numbers than any step uses up. */
const NUMBERS = 96;

let anvil: Anvil;
let ledger: Ledger;
let snapshot: string;
const begun = newWorld();

beforeAll(async () => {
  anvil = await startAnvil();
  ledger = await deployLedger(anvil.url);
  const both: ModelAndLedger = { world: begun, ledger, tally: new Tally(), trail: [] };
  for (const call of firstSteps()) await takeStep(both, call);
  await compareAll(both);
  snapshot = await ledger.one('evm_snapshot');
});
afterAll(() => anvil.stop());

/** The same beginning for every run. */
async function begin(tally: Tally): Promise<ModelAndLedger> {
  await ledger.one('evm_revert', [snapshot]);
  snapshot = await ledger.one('evm_snapshot');
  return { world: structuredClone(begun), ledger, tally, trail: [] };
}

async function run(tally: Tally, commands: Iterable<Step>): Promise<void> {
  const both = await begin(tally);
  try {
    await fc.asyncModelRun(() => ({ model: both.world, real: both }), commands);
    await compareAll(both);
  } catch (error) {
    throw error instanceof Divergence ? await shortened(error, both.trail) : error;
  }
}

/** The same failure by as few steps as it takes. */
async function shortened(divergence: Divergence, trail: readonly TakenStep[]): Promise<Divergence> {
  const replayFromBegin = async (steps: readonly TakenStep[]) => replay(await begin(new Tally()), steps);
  const shortest = await shortestFailing(trail, async (steps) => (await replayFromBegin(steps)) !== null);
  return (await replayFromBegin(shortest)) ?? divergence;
}

const number = fc.noBias(fc.nat(RNG_RANGE - 1));
const step = fc
  .tuple(fc.constantFrom(...KINDS), fc.array(number, { minLength: NUMBERS, maxLength: NUMBERS }))
  .map(([kind, numbers]) => new Step(kind, numbers));
const sequence = fc.commands([step], { maxCommands: MAX_STEPS_A_RUN, size: 'max' });

it('the market does what the model predicts, through every row of the table of states', {
  timeout: TIMEOUT_MS,
}, async () => {
  const tally = new Tally();
  const property = fc.asyncProperty(fc.noBias(sequence), (commands) =>
    run(tally, commands as unknown as Iterable<Step>),
  );
  // Whole steps are left out here, which shortens more than other draws would.
  await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true });
  expect(tally.steps).toBeGreaterThanOrEqual(LEAST_STEPS);
  const all: readonly string[] = [...ROWS, ...OTHER_CALLS, ...REFUSALS];
  const wanted = DEEP ? all : all.filter((one) => !RARE.includes(one));
  expect(wanted.filter((one) => !tally.met.has(one))).toEqual([]);
});
