import type { OutboxStore, StoredMessage } from '../journal/outbox-records.ts';

/** What is kept for a central system that is away. Beyond it, the oldest readings go first; starts and stops stay. */
const MAX_KEPT = 2_000;
/** No house charges so often: a box that says more than this is broken, and nothing more of it is kept. */
const MAX_STARTS_AND_STOPS = 10_000;

export type Params = Record<string, unknown>;

/** `away`: it did not get it, or did not answer in time (`isSilent`). */
export type Outcome =
  | { is: 'answer'; result: Params }
  | { is: 'error'; error: Error }
  | { is: 'away'; isSilent?: boolean };

export interface QueuedMessage extends Omit<StoredMessage, 'id'> {
  /** Null: it may get lost with the line. */
  id: number | null;
  tries: number;
  settle: (outcome: Outcome) => void;
}

/** The line that sends the letters of a box. */
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

/** Without it no charge is lost: a later one tells the register anew. */
export function isReading({ action, text }: Pick<QueuedMessage, 'action' | 'text'>): boolean {
  if (action === 'TransactionEvent') return (JSON.parse(text) as Params).eventType === 'Updated';
  return action === 'MeterValues';
}

/**
 * What one box's other central system has still to be told, in order. What concerns transactions is on disk from
 * before the box has its answer until the other one has given its own: it outlives lines and the agent.
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

  /** One line at a time carries them: an older one of the same box ends. */
  attach(carrier: Transport): void {
    this.#transport?.close();
    this.#transport = carrier;
  }

  add(message: QueuedMessage): void {
    this.#messages.push(message);
    this.#transport?.send();
  }

  /** What `add` adds meanwhile goes before all that waits. */
  inFront(adds: () => void): void {
    const waiting = this.#messages;
    this.#messages = [];
    adds();
    this.#messages.push(...waiting);
  }

  /** Resolves when it is on disk; false where nothing more is taken. */
  async keep(action: string, params: Params, ownTransactionId: number | null): Promise<boolean> {
    const message = { ...newMessage(action, params), ownTransactionId };
    // A box says again what it got no answer to: it waits once.
    const isNew = !this.#messages.some((other) => this.#isSame(other, message));
    if (isNew && !this.#makeRoom()) return false;
    if (isNew) this.add({ ...message, id: this.#store.addMessage(this.#chargePointId, message) });
    await this.written();
    return true;
  }

  /** Resolves when all that is kept is on disk. What the disk did not take is not kept: the box will say it again. */
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

  /** Who waits for an answer gets none from the other one. */
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

  /** The first may be on its way just now. */
  #makeRoom(): boolean {
    if (this.#messages.length < MAX_KEPT) return true;
    const oldest = this.#messages.find(
      (message, index) => index > 0 && message.id !== null && isReading(message),
    );
    if (oldest !== undefined) this.done(oldest);
    return this.#messages.length < MAX_STARTS_AND_STOPS;
  }
}
