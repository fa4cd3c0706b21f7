/** Gives the place back; more than once does nothing. `unused`: nobody need be told. */
export type Slot = (unused?: "unused") => void;

/**
 * The places for loads in a worker. Files that are whole go first: while one waits, what has arrived of
 * another gets no place.
 */
export class LoadSlots {
  #free: number;
  #wholeWaits = false;
  readonly #onFree: () => void;

  constructor(most: number, onFree: () => void) {
    this.#free = most;
    this.#onFree = onFree;
  }

  /** For whole files. null: none is free, and the next one is kept. */
  takeFirst(): Slot | null {
    this.#wholeWaits = this.#free === 0;
    return this.#taken();
  }

  /** For what has arrived of a file. */
  take(): Slot | null {
    return this.#wholeWaits ? null : this.#taken();
  }

  #taken(): Slot | null {
    if (this.#free === 0) return null;
    this.#free -= 1;
    let taken = true;
    return (unused) => {
      if (!taken) return;
      taken = false;
      this.#free += 1;
      if (!unused) this.#onFree();
    };
  }
}
