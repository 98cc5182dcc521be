/** Waits until a device has reported something. */
export class Condition {
  readonly #looks = new Set<() => void>();

  /** The device reported something: everyone who waits looks again. */
  changed(): void {
    for (const look of [...this.#looks]) look();
  }

  /** Whether it became true in time. */
  until(isSo: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isSo()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (result: boolean) => {
        clearTimeout(timer);
        this.#looks.delete(look);
        resolve(result);
      };
      const look = () => void (isSo() && end(true));
      const timer = setTimeout(() => end(false), timeoutMs);
      this.#looks.add(look);
    });
  }
}
