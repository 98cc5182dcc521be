/** Drawn numbers are below this. */
export const RNG_RANGE = 1_000;

/**
 * Numbers that were drawn beforehand, turned into choices when a step is taken. Zero is the simplest choice, so that
 * shrinking a number makes the step simpler; without a number left, zero is used.
 */
export class Rng {
  /** Whether all that is chosen is what honest people and a well-made agent do. */
  readonly isHonest: boolean = false;
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  next(): number {
    return this.#numbers[this.#at++] ?? 0;
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.next() % choices.length];
    if (choice === undefined) throw new Error('There is nothing to choose from.');
    return choice;
  }

  /** True in this percentage of cases, for the highest numbers. */
  chance(percent: number): boolean {
    return this.next() >= RNG_RANGE - percent * (RNG_RANGE / 100);
  }

  /** The usual value, or one of the others in this percentage of cases. */
  mostly<T>(usual: T, percent: number, others: readonly T[]): T {
    return this.chance(percent) ? this.pick(others) : usual;
  }
}

/** Numbers with which every choice is the usual one, and every reading one that an honest agent signs. */
export class HonestRng extends Rng {
  override readonly isHonest = true;

  override mostly<T>(usual: T): T {
    return usual;
  }
}
