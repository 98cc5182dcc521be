import type { DriverMemory } from '../driver.ts';

/** A start that was commanded. */
interface RemoteStart {
  evseId: number;
  idTag: string;
  isAccepted: boolean;
  /** A transaction began for its tag. */
  isUsed: boolean;
}

const MAX_REMOTE_STARTS = 20;

/**
 * The starts that were commanded, also over an earlier connection and before a restart of the agent: some stations do not
 * repeat the EVSE or the tag of theirs, and the transaction would be nobody's.
 */
export class RemoteStarts {
  readonly #memory: Pick<DriverMemory, 'note' | 'setNote'>;
  readonly #note: string;
  readonly #starts: Map<number, RemoteStart>;

  constructor(chargePointId: string, memory: Pick<DriverMemory, 'note' | 'setNote'>) {
    this.#memory = memory;
    this.#note = `ocpp201.starts.${chargePointId}`;
    this.#starts = new Map(memory.note<[number, RemoteStart][]>(this.#note) ?? []);
  }

  add(remoteStartId: number, evseId: number, idTag: string): void {
    this.#starts.set(remoteStartId, { evseId, idTag, isAccepted: false, isUsed: false });
    const [oldest] = this.#starts.keys();
    if (this.#starts.size > MAX_REMOTE_STARTS && oldest !== undefined) this.#starts.delete(oldest);
    this.#keep();
  }

  accepted(remoteStartId: number): void {
    const start = this.#starts.get(remoteStartId);
    if (start !== undefined) start.isAccepted = true;
    this.#keep();
  }

  used(idTag: string): void {
    for (const start of this.#starts.values()) start.isUsed ||= start.idTag === idTag;
    this.#keep();
  }

  #keep(): void {
    this.#memory.setNote(this.#note, [...this.#starts]);
  }

  named(remoteStartId: number | undefined): RemoteStart | undefined {
    return remoteStartId === undefined ? undefined : this.#starts.get(remoteStartId);
  }

  /**
   * The only start that a transaction without a tag can belong to. `isRemote`: the station reports that a command began
   * it; else the command must have been accepted.
   */
  only(
    evseId: number | undefined,
    isRemote: boolean,
    isAllowed: (idTag: string) => boolean,
  ): RemoteStart | undefined {
    const open = [...this.#starts.values()].filter(
      (start) =>
        !start.isUsed &&
        (isRemote || start.isAccepted) &&
        (evseId === undefined || start.evseId === evseId) &&
        isAllowed(start.idTag),
    );
    return new Set(open.map(({ idTag }) => idTag)).size === 1 ? open.at(-1) : undefined;
  }
}
