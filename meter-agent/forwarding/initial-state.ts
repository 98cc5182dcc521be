import type { DriverMemory } from '../drivers/driver.ts';
import type { Params } from './outbox.ts';

interface StoredState {
  /** The boot notification, until the other central system has it. */
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

  /** `boot`: one that the other central system does not have yet. */
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
    const statusCalls = statuses.map(([, status]): [string, Params] => ['StatusNotification', status]);
    return boot === null ? statusCalls : [['BootNotification', boot], ...statusCalls];
  }

  #stored(): StoredState {
    return this.#memory.note<StoredState>(this.#note) ?? { boot: null, statuses: [] };
  }
}
