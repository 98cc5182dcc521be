/** Listeners to one kind of event, called in the order in which they were added. */
export class Listeners<Args extends unknown[] = []> {
  readonly #listeners: ((...args: Args) => void)[] = [];

  add(listener: (...args: Args) => void): void {
    this.#listeners.push(listener);
  }

  emit(...args: Args): void {
    for (const listener of this.#listeners) listener(...args);
  }
}
