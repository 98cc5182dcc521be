/** One holder at a time; the others wait in the order in which they asked. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();

  /** Resolves with what gives the lock back, once it is this caller's turn. */
  async lock(): Promise<() => void> {
    const before = this.#last;
    const turn = Promise.withResolvers<void>();
    this.#last = turn.promise;
    await before;
    return turn.resolve;
  }
}
