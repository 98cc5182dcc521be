import type { DriverMemory } from '../drivers/driver.ts';
import type { Params } from './outbox.ts';

interface StoredState {
  /** The boot notification, until the other central system has accepted it. */
  boot: Params | null;
  /** The last status of each connector. */
  statuses: [connector: string, status: Params][];
}

/**
 * The first messages on a new connection to another central system: the boot notification and the connectors'
 * statuses. Kept over restarts, because a charge point that only reconnects sends neither.
 */
export class InitialState {
  readonly #memory: DriverMemory;
  readonly #note: string;

  constructor(memory: DriverMemory, chargePointId: string) {
    this.#memory = memory;
    this.#note = `forwarding.state ${chargePointId}`;
  }

  /** The boot that the other central system has not accepted yet. */
  get boot(): Params | null {
    return this.#stored().boot;
  }

  booted(boot: Params | null): void {
    this.#memory.setNote(this.#note, { ...this.#stored(), boot });
  }

  status(status: Params): void {
    const key = JSON.stringify([status.connectorId, status.evseId]);
    const { boot, statuses } = this.#stored();
    const others = statuses.filter(([other]) => other !== key);
    this.#memory.setNote(this.#note, { boot, statuses: [...others, [key, status]] });
  }

  statuses(): [action: string, params: Params][] {
    return this.#stored().statuses.map(([, status]) => ['StatusNotification', status]);
  }

  #stored(): StoredState {
    return this.#memory.note<StoredState>(this.#note) ?? { boot: null, statuses: [] };
  }
}
