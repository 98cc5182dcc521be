import type { Frame } from '../charge-point-events.ts';
import type { DriverParts } from '../driver.ts';
import type { SampledValue } from './socket-meter.ts';

/** A socket has one connector. */
export const CONNECTOR = 1;

interface Open {
  transactionId: number;
  endsAt: number;
  /** Whether the last command was on. */
  isOn: boolean;
}

/** What a socket does, as the frame of a charge point: for the evidence. */
export const frameOf = (action: string, payload: unknown): Frame => [2, '', `mqtt ${action}`, payload];

interface TransactionParts extends Pick<DriverParts, 'events' | 'memory'> {
  nowSec: () => number;
}

/** A socket's transaction, kept over restarts of the agent. */
export class SocketTransaction {
  readonly #id: string;
  readonly #parts: TransactionParts;
  #open: Open | undefined;

  constructor(id: string, parts: TransactionParts) {
    this.#id = id;
    this.#parts = parts;
    this.#open = parts.memory.note<Open | null>(this.#note) ?? undefined;
  }

  get #note(): string {
    return `mqtt socket ${this.#id}`;
  }

  #now(): string {
    return new Date(this.#parts.nowSec() * 1_000).toISOString();
  }

  get open(): Open | undefined {
    return this.#open;
  }

  /** False where the agent knows nobody of this tag: then nothing is open. */
  begin(idTag: string, meterStart: number, { endsAt, isOn }: Omit<Open, 'transactionId'>): boolean {
    const { events } = this.#parts;
    const request = { connectorId: CONNECTOR, idTag, meterStart, timestamp: this.#now() };
    const { transactionId, status } = events.start(this.#id, request, frameOf('switched on', request));
    if (status === 'Accepted') this.#keep({ transactionId, endsAt, isOn });
    else this.#stop(transactionId, meterStart, 'DeAuthorized');
    return status === 'Accepted';
  }

  /** What was asked of the switch last. */
  asked(change: Partial<Pick<Open, 'endsAt' | 'isOn'>>): void {
    if (this.#open !== undefined) this.#keep({ ...this.#open, ...change });
  }

  metered(sampledValue: SampledValue[], text: string): void {
    if (this.#open === undefined) return;
    const values = [{ timestamp: this.#now(), sampledValue }];
    const { transactionId } = this.#open;
    this.#parts.events.metered(this.#id, CONNECTOR, transactionId, values, frameOf('meter', text));
  }

  finish(meterStop: number | undefined, reason: string): void {
    if (this.#open === undefined) return;
    const { transactionId } = this.#open;
    this.#keep(undefined);
    this.#stop(transactionId, meterStop, reason);
  }

  #stop(transactionId: number, meterStop: number | undefined, reason: string): void {
    const stop = { transactionId, meterStop, timestamp: this.#now(), reason };
    this.#parts.events.stop(this.#id, stop, frameOf('switched off', stop));
  }

  #keep(open: Open | undefined): void {
    this.#open = open;
    this.#parts.memory.setNote(this.#note, open ?? null);
  }
}
