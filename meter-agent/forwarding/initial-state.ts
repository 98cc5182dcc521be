import type { DriverMemory } from '../drivers/driver.ts';
import type { Params } from './outbox.ts';

interface StoredState {
  /** The box's boot, while the other one has not heard of it. */
  boot: Params | null;
  /** The last status of each connector. */
  statuses: [connector: string, status: Params][];
}

/**
 * What another central system is told first when its line is up: that the box booted, and how its connectors stand.
 * Kept over restarts, because a box that only dials again says neither.
 */
export class InitialState {
  readonly #memory: DriverMemory;
  readonly #note: string;

  constructor(memory: DriverMemory, chargePointId: string) {
    this.#memory = memory;
    this.#note = `forwarding.state ${chargePointId}`;
  }

  /** `boot`: one that the other one has still to be told. */
  booted(boot: Params | null): void {
    this.#memory.setNote(this.#note, { ...this.#stored(), boot });
  }

  status(status: Params): void {
    const key = JSON.stringify([status.connectorId, status.evseId]);
    const { boot, statuses } = this.#stored();
    const others = statuses.filter(([other]) => other !== key);
    this.#memory.setNote(this.#note, { boot, statuses: [...others, [key, status]] });
  }

  calls(): [action: string, params: Params][] {
    const { boot, statuses } = this.#stored();
    const told = statuses.map(([, status]): [string, Params] => ['StatusNotification', status]);
    return boot === null ? told : [['BootNotification', boot], ...told];
  }

  #stored(): StoredState {
    return this.#memory.note<StoredState>(this.#note) ?? { boot: null, statuses: [] };
  }
}
