import type { OutboxStore, StoredMessage } from '../journal/outbox-records.ts';

/**
 * Limit of messages kept for an unreachable central system. Beyond it the oldest readings are dropped; starts and
 * stops stay.
 */
const MAX_KEPT = 2_000;
/** No house charges so often: a charge point with more than this is broken, and nothing more of it is kept. */
const MAX_STARTS_AND_STOPS = 10_000;

export type Params = Record<string, unknown>;

/** `away`: not delivered, not answered in time (`silent`), or answered against the schema (`invalid`). */
export type Outcome =
  | { is: 'answer'; result: Params }
  | { is: 'error'; error: Error }
  | { is: 'away'; why?: 'silent' | 'invalid' };

export interface QueuedMessage extends Omit<StoredMessage, 'id'> {
  /** Null: it may get lost with the connection. */
  id: number | null;
  tries: number;
  settle: (outcome: Outcome) => void;
}

/** The connection that sends the messages of a charge point. */
export interface Transport {
  send(): void;
  close(): void;
}

const nothing = () => {};

export const newMessage = (
  action: string,
  params: Params,
  settle: QueuedMessage['settle'] = nothing,
): QueuedMessage => ({
  id: null,
  action,
  text: JSON.stringify(params),
  ownTransactionId: null,
  tries: 0,
  settle,
});

/** Without it no charge is lost: a later one contains the register again. */
export function isReading({ action, text }: Pick<QueuedMessage, 'action' | 'text'>): boolean {
  if (action === 'TransactionEvent') return (JSON.parse(text) as Params).eventType === 'Updated';
  return action === 'MeterValues';
}

/**
 * The messages that wait for one charge point's other central system, in order. Those about transactions are on disk
 * from before the charge point gets its answer until the other central system has answered: they survive lost
 * connections and restarts.
 */
export class Outbox {
  readonly #chargePointId: string;
  readonly #store: OutboxStore;
  #messages: QueuedMessage[];
  #transport: Transport | undefined;

  constructor(chargePointId: string, store: OutboxStore) {
    this.#chargePointId = chargePointId;
    this.#store = store;
    this.#messages = this.#onDisk();
  }

  get first(): QueuedMessage | undefined {
    return this.#messages[0];
  }

  find(isWanted: (message: QueuedMessage) => boolean): QueuedMessage | undefined {
    return this.#messages.find(isWanted);
  }

  /** Only one connection sends them: an older one of the same charge point is closed. */
  attach(carrier: Transport): void {
    this.#transport?.close();
    this.#transport = carrier;
  }

  add(message: QueuedMessage): void {
    this.#messages.push(message);
    this.#transport?.send();
  }

  /** Messages that `add` adds meanwhile go before all others. */
  inFront(adds: () => void): void {
    const waiting = this.#messages;
    this.#messages = [];
    adds();
    this.#messages.push(...waiting);
  }

  /** Resolves when it is on disk; false when the outbox is full. */
  async keep(action: string, params: Params, ownTransactionId: number | null): Promise<boolean> {
    const message = { ...newMessage(action, params), ownTransactionId };
    // A charge point repeats messages without an answer: they wait once.
    const isNew = !this.#messages.some((other) => this.#isSame(other, message));
    if (isNew && !this.#makeRoom()) return false;
    if (isNew) this.add({ ...message, id: this.#store.addMessage(this.#chargePointId, message) });
    await this.written();
    return true;
  }

  /**
   * Resolves when all messages are on disk. Those that could not be written are dropped: the charge point repeats
   * them.
   */
  async written(): Promise<void> {
    try {
      await this.#store.written();
    } catch (error) {
      this.#messages = [...this.#messages.filter(({ id }) => id === null), ...this.#onDisk()];
      throw error;
    }
  }

  done(message: QueuedMessage): void {
    this.#messages = this.#messages.filter((other) => other !== message);
    if (message.id !== null) this.#store.dropMessage(message.id);
  }

  /** Those that wait for an answer get none from the other central system. */
  connectionLost(): void {
    const lost = this.#messages.filter(({ id }) => id === null);
    this.#messages = this.#messages.filter(({ id }) => id !== null);
    for (const { settle } of lost) settle({ is: 'away' });
  }

  #onDisk(): QueuedMessage[] {
    return this.#store.messages(this.#chargePointId).map((kept) => ({ ...kept, tries: 0, settle: nothing }));
  }

  #isSame({ id, action, text }: QueuedMessage, other: QueuedMessage): boolean {
    return id !== null && action === other.action && text === other.text;
  }

  /** The first may be on its way at this moment. */
  #makeRoom(): boolean {
    if (this.#messages.length < MAX_KEPT) return true;
    const oldest = this.#messages.find(
      (message, index) => index > 0 && message.id !== null && isReading(message),
    );
    if (oldest !== undefined) this.done(oldest);
    return this.#messages.length < MAX_STARTS_AND_STOPS;
  }
}
