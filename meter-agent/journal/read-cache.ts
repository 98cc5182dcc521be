/** Entries that are held: numbers and keys that strangers make up fill no memory. */
const MOST_HELD = 1_000;

/**
 * What was read from the journal, until it is written or a write is undone: the agent is the journal's only writer, and
 * asks for the same few rows with each message.
 */
export class ReadCache<Value> {
  readonly #held = new Map<string, Value>();

  /** What is held, or what `read` finds; what it does not find may be written later, and is not held. */
  get(key: string, read: () => Value | undefined): Value | undefined {
    const held = this.#held.get(key);
    if (held !== undefined) return held;
    const found = read();
    if (found !== undefined) this.set(key, found);
    return found;
  }

  set(key: string, value: Value): void {
    if (this.#held.size >= MOST_HELD) this.#held.clear();
    this.#held.set(key, value);
  }

  /** What is held, without a look into the journal. */
  held(key: string): Value | undefined {
    return this.#held.get(key);
  }

  clear(): void {
    this.#held.clear();
  }
}
