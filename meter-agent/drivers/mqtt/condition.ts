/** Waits until a device has reported something. */
export class Condition {
  readonly #checks = new Set<() => void>();

  /** The device reported something: everyone who waits looks again. */
  changed(): void {
    for (const check of [...this.#checks]) check();
  }

  /** Whether it became true in time. */
  until(isSo: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isSo()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (result: boolean) => {
        clearTimeout(timer);
        this.#checks.delete(check);
        resolve(result);
      };
      const check = () => void (isSo() && end(true));
      const timer = setTimeout(() => end(false), timeoutMs);
      this.#checks.add(check);
    });
  }
}
