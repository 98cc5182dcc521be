import type { DriverMemory } from '../drivers/driver.ts';

/** A charge point has one or two transactions open; messages about older ones may still come. */
const MAX_PAIRS = 50;

/**
 * The two numbers of one transaction (in OCPP 1.6 the central system gives them): the one that this agent gave to the
 * charge point, and the one that the other central system gave. Kept over restarts.
 */
export class TransactionIds {
  readonly #memory: DriverMemory;
  readonly #note: string;

  constructor(memory: DriverMemory, chargePointId: string) {
    this.#memory = memory;
    this.#note = `forwarding.transactions ${chargePointId}`;
  }

  join(ownId: number, otherId: number): void {
    const others = this.#pairs().filter(([own]) => own !== ownId);
    this.#memory.setNote(this.#note, [...others, [ownId, otherId]].slice(-MAX_PAIRS));
  }

  otherIdOf(ownId: unknown): number | undefined {
    return this.#pairs().find(([own]) => own === ownId)?.[1];
  }

  /** The newest, if the other central system gave a number twice. */
  ownIdOf(otherId: unknown): number | undefined {
    return this.#pairs().findLast(([, other]) => other === otherId)?.[0];
  }

  #pairs(): [ownId: number, otherId: number][] {
    return this.#memory.note<[number, number][]>(this.#note) ?? [];
  }
}
