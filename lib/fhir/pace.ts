import { setTimeout as wait } from "node:timers/promises";

export type Sleep = (ms: number, signal: AbortSignal | undefined) => Promise<void>;

const sleepFor: Sleep = async (ms, signal) => {
  await wait(ms, undefined, { signal });
};

/**
 * How many requests of ours a server has at a time. It begins with few, allows one more after a
 * stretch without complaint, and halves when the server says 429; until the time that it named nobody
 * starts another. One for each server and process, shared by all that ask there.
 */
export class Pace {
  /** learned on the way: this server takes searches by POST alone */
  searchesByPost = false;
  #limit: number;
  #active = 0;
  #well = 0;
  #notBefore = 0;
  #queue: (() => void)[] = [];

  constructor(
    private readonly options: {
      first?: number;
      most?: number;
      now?: () => number;
      sleep?: Sleep;
    } = {},
  ) {
    this.#limit = options.first ?? 4;
  }

  /** How many may be under way at present. */
  get limit(): number {
    return this.#limit;
  }

  /** Waits as the server may ask for it, in reach of the signal. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return (this.options.sleep ?? sleepFor)(ms, signal);
  }

  /** Does one request when its turn has come. @throws the signal's reason where it was aborted */
  async run<T>(request: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#turn(signal);
    try {
      const result = await request();
      this.#well += 1;
      if (this.#well >= this.#limit * 10 && this.#limit < (this.options.most ?? 8)) {
        this.#limit += 1;
        this.#well = 0;
      }
      return result;
    } finally {
      this.#active -= 1;
      this.#wake();
    }
  }

  /** The server asked for less (429). */
  slower(until: Date): void {
    // Several requests under way get the same answer: that is one complaint.
    if (this.#now() >= this.#notBefore) this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    this.#notBefore = Math.max(this.#notBefore, until.getTime());
    this.#well = 0;
  }

  async #turn(signal?: AbortSignal): Promise<void> {
    for (;;) {
      if (signal?.aborted) this.#wake();
      signal?.throwIfAborted();
      const pause = this.#notBefore - this.#now();
      if (pause > 0) {
        await this.sleep(pause, signal).catch((error) => {
          // Whoever was called and leaves calls the next: else those in the queue wait for ever.
          this.#wake();
          throw error;
        });
      } else if (this.#active < this.#limit) {
        // At once: after the next await another may have found the same free place.
        this.#active += 1;
        return;
      } else await this.#called(signal);
    }
  }

  /** Waits in the queue until a place may be free, or the signal is aborted. */
  #called(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const leave = () => {
        this.#queue.splice(this.#queue.indexOf(call), 1);
        resolve();
      };
      const call = () => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      signal?.addEventListener("abort", leave, { once: true });
      this.#queue.push(call);
    });
  }

  #wake(): void {
    for (let free = this.#limit - this.#active; free > 0; free -= 1) this.#queue.shift()?.();
  }

  #now(): number {
    return (this.options.now ?? Date.now)();
  }
}
