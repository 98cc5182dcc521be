import type { Call } from './calls.ts';
import { choose, isPossible, type Kind } from './choose/choose.ts';
import { differences, everyKey, missingEvents } from './compare.ts';
import { describeCall } from './describe.ts';
import { Dice } from './dice.ts';
import type { Ledger } from './ledger.ts';
import { forecast } from './rules/market.ts';
import type { World } from './world.ts';

/** After so many steps everything is compared, not only what the step touched. */
const EVERYTHING_EACH = 50;

/** What was seen over all runs. */
export class Tally {
  steps = 0;
  readonly rows = new Map<string, number>();
  readonly refusals = new Map<string, number>();
  trail: string[] = [];

  clear(): void {
    this.steps = 0;
    this.rows.clear();
    this.refusals.clear();
  }

  count(where: Map<string, number>, key: string): void {
    where.set(key, (where.get(key) ?? 0) + 1);
  }
}

/** Makes the call on both sides and holds them equal. */
export async function take(world: World, ledger: Ledger, record: Tally, call: Call): Promise<void> {
  record.steps++;
  record.trail.push(describeCall(world.nowSec, call));
  world.touched.clear();
  const wrong = await outcome(world, ledger, record, call);
  const everything = record.steps % EVERYTHING_EACH === 0;
  const keys = everything ? everyKey() : [...world.touched];
  const differing = wrong.length > 0 ? wrong : await differences(world, ledger, keys);
  if (differing.length > 0) fail(record, differing);
}

async function outcome(world: World, ledger: Ledger, record: Tally, call: Call): Promise<string[]> {
  const { refusals, row, effect } = forecast(world, call);
  if (refusals.length > 0) {
    const refusal = await ledger.refusalOf(world, call);
    if (refusal === null) return [`the ledger allows it, the model refuses: ${refusals.join(', ')}`];
    if (!refusals.includes(refusal))
      return [`the ledger says ${refusal}, the model ${refusals.join(' or ')}`];
    record.count(record.refusals, refusal);
    return [];
  }
  const receipt = await ledger.send(world, call);
  if (Number(receipt.status) !== 1) {
    return [`the model allows it, the ledger says ${await ledger.refusalOf(world, call)}`];
  }
  record.count(record.rows, row);
  const expected = effect();
  world.nowSec += 1;
  return missingEvents(ledger, receipt, expected);
}

function fail(record: Tally, differing: string[]): never {
  const steps = record.trail.map((line, index) => `${index + 1}. ${line}`);
  throw new Error(
    `Model and ledger part after these steps:\n${steps.join('\n')}\n=> ${differing.join('\n=> ')}`,
  );
}

/** Both sides are compared in everything. */
export async function compareAll(world: World, ledger: Ledger, record: Tally): Promise<void> {
  const differing = await differences(world, ledger, everyKey());
  if (differing.length > 0) fail(record, differing);
}

/** What fast-check hands from step to step beside the model. */
export interface Real {
  ledger: Ledger;
  record: Tally;
}

/** A step whose kind and numbers were drawn; what it does depends on where the model stands by then. */
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

  async run(world: World, { ledger, record }: Real): Promise<void> {
    await take(world, ledger, record, choose(this.#kind, world, new Dice(this.#numbers), ledger.places));
  }

  toString(): string {
    return this.#kind;
  }
}
