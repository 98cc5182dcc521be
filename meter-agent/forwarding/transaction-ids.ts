import type { DriverMemory } from '../drivers/driver.ts';

/** A box has one or two transactions open; messages about older ones may still come. */
const MAX_PAIRS = 50;

/**
 * Two numbers of one transaction (OCPP 1.6, where the central system gives them): ours, which the box uses, and the
 * other central system's. Kept over restarts.
 */
export class TransactionIds {
  readonly #memory: DriverMemory;
  readonly #note: string;

  constructor(memory: DriverMemory, chargePointId: string) {
    this.#memory = memory;
    this.#note = `forward ${chargePointId}`;
  }

  join(ours: number, theirs: number): void {
    const others = this.#pairs().filter(([own]) => own !== ours);
    this.#memory.setNote(this.#note, [...others, [ours, theirs]].slice(-MAX_PAIRS));
  }

  theirs(ours: unknown): number | undefined {
    return this.#pairs().find(([own]) => own === ours)?.[1];
  }

  /** The newest, should they have given a number twice. */
  ours(theirs: unknown): number | undefined {
    return this.#pairs().findLast(([, other]) => other === theirs)?.[0];
  }

  #pairs(): [ours: number, theirs: number][] {
    return this.#memory.note<[number, number][]>(this.#note) ?? [];
  }
}
