import type { Call, TakenStep } from './calls.ts';
import { choose, isPossible, type Kind } from './choose/choose.ts';
import { differences, everyKey, missingEvents } from './compare.ts';
import { describeStep } from './describe.ts';
import type { Ledger } from './ledger.ts';
import { Rng } from './rng.ts';
import { forecast } from './rules/market-rules.ts';
import type { World } from './world.ts';

/** After this many steps everything is compared, not only what the step changed. */
const EVERYTHING_EACH = 50;

/** How often each row of the table, each other call and each refusal happened, and the number of steps. */
export class Tally {
  steps = 0;
  readonly met = new Map<string, number>();

  count(what: string): void {
    this.met.set(what, (this.met.get(what) ?? 0) + 1);
  }
}

/** Model and ledger, and the steps that both have taken. */
export interface ModelAndLedger {
  world: World;
  ledger: Ledger;
  tally: Tally;
  trail: TakenStep[];
}

/** Thrown when model and ledger differ. */
export class Divergence extends Error {
  constructor(differing: readonly string[], trail: readonly TakenStep[]) {
    const steps = trail.map((taken, index) => `${index + 1}. ${describeStep(taken)}`);
    const ends = differing.map((text) => `=> ${text}`);
    super(['Model and ledger part after these steps:', ...steps, ...ends].join('\n'));
    this.name = 'Parted';
  }
}

/** Makes the call on both sides and compares them. */
export async function takeStep(both: ModelAndLedger, call: Call): Promise<void> {
  const { world, ledger, tally, trail } = both;
  tally.steps++;
  trail.push({ nowSec: world.nowSec, call });
  world.touched.clear();
  const wrong = await outcome(both, call);
  const keys = tally.steps % EVERYTHING_EACH === 0 ? everyKey() : [...world.touched];
  const differing = wrong.length > 0 ? wrong : await differences(world, ledger, keys);
  if (differing.length > 0) throw new Divergence(differing, trail);
}

async function outcome({ world, ledger, tally }: ModelAndLedger, call: Call): Promise<string[]> {
  const { refusals, row, effect } = forecast(world, call);
  if (refusals.length > 0) {
    const refusal = await ledger.refusalOf(world, call);
    if (refusal === null) return [`the ledger allows it, the model refuses: ${refusals.join(', ')}`];
    if (!refusals.includes(refusal))
      return [`the ledger says ${refusal}, the model ${refusals.join(' or ')}`];
    tally.count(refusal);
    return [];
  }
  const receipt = await ledger.send(world, call);
  if (Number(receipt.status) !== 1) {
    return [`the model allows it, the ledger says ${await ledger.refusalOf(world, call)}`];
  }
  tally.count(row);
  const expected = effect();
  for (const event of ['BatchItemSkipped', 'SlotsGivenBack']) {
    if (expected.some(({ name }) => name.startsWith(event))) tally.count(event);
  }
  world.nowSec += 1;
  return missingEvents(ledger, receipt, expected);
}

/** Compares both sides completely. */
export async function compareAll({ world, ledger, trail }: ModelAndLedger): Promise<void> {
  const differing = await differences(world, ledger, everyKey());
  if (differing.length > 0) throw new Divergence(differing, trail);
}

/** Takes the same steps again; returns the divergence of model and ledger, if any. */
export async function replay(both: ModelAndLedger, steps: readonly TakenStep[]): Promise<Divergence | null> {
  try {
    for (const { nowSec, call } of steps) {
      both.world.nowSec = nowSec;
      await takeStep(both, call);
    }
    await compareAll(both);
    return null;
  } catch (error) {
    if (error instanceof Divergence) return error;
    throw error;
  }
}

/** A step whose kind and numbers were drawn; its effect depends on the model's state then. */
export class Step {
  readonly #kind: Kind;
  readonly #numbers: readonly number[];

  constructor(kind: Kind, numbers: readonly number[]) {
    this.#kind = kind;
    this.#numbers = numbers;
  }

  check(world: Readonly<World>): boolean {
    return isPossible(this.#kind, world);
  }

  run(world: World, both: ModelAndLedger): Promise<void> {
    return takeStep(both, choose(this.#kind, world, new Rng(this.#numbers), both.ledger.addresses));
  }

  toString(): string {
    return this.#kind;
  }
}
