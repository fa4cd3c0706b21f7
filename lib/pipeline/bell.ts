/** Wakes who waits for something that happens in this process. */
export class Bell {
  #listeners = new Set<() => void>();
  #rings = 0;

  /** How often it has rung: what `wait` is to be told. */
  get rings(): number {
    return this.#rings;
  }

  ring(): void {
    this.#rings += 1;
    for (const listener of this.#listeners) listener();
  }

  /**
   * Until it rings, at most `ms`; not at all where it has rung since `heard`, so that what happens
   * between a look and the wait is not missed.
   */
  wait(ms: number, heard: number): Promise<void> {
    if (this.#rings !== heard) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#listeners.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#listeners.add(done);
    });
  }
}
