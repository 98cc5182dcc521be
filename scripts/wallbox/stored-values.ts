/** A message with meter values. */
export interface ValueMessage {
  action: string;
  build: () => object | undefined;
  onAnswer: (answer: Record<string, unknown>) => void;
}

/**
 * When values from the time without a connection are sent: in the order in which they were made, after some values of
 * the time after it, or after the answer to a trigger and before the values that follow it.
 */
export type StoredOrder = 'asMade' | 'afterLive' | 'afterTrigger';

/** So many live values go first. */
const LIVE_FIRST = 3;
/** So many values wait for a trigger that does not come. */
const MOST_WAITING = 60;

/** Values that wait for their turn. */
export class StoredValues {
  order: StoredOrder = 'asMade';
  readonly #send: (message: ValueMessage) => void;
  #messages: ValueMessage[] = [];
  #sinceOpen = 0;

  constructor(send: (message: ValueMessage) => void) {
    this.#send = send;
  }

  get count(): number {
    return this.#messages.length;
  }

  add(message: ValueMessage, isOpen: boolean, isTriggered: boolean): void {
    if (!isOpen && this.order !== 'asMade') {
      this.#sinceOpen = 0;
      this.#messages.push(message);
      return;
    }
    this.#sinceOpen += 1;
    const waitsForTrigger = this.order === 'afterTrigger' && this.count > 0 && !isTriggered;
    if (waitsForTrigger) this.#messages.push(message);
    else this.#send(message);
    const isTurn = this.order === 'afterTrigger' ? isTriggered : this.#sinceOpen >= LIVE_FIRST;
    if (isTurn || this.#sinceOpen >= MOST_WAITING) this.sendAll();
  }

  /** What waits is sent now: a transaction's end comes after its values. */
  sendAll(): void {
    for (const message of this.#messages.splice(0)) this.#send(message);
  }
}
