/** As many answers are kept; the one that was asked for longest ago goes first. */
const most = 500;

type Entry<T> = {
  /** of what it was made */
  state: string;
  /** the same without what changes every few seconds while a job loads */
  settledState: string;
  at: number;
  answer: Promise<T>;
  /** a newer one is being made */
  renewing: boolean;
};

/** How old an answer may be of which nothing has changed but a job that still loads. */
const mostAgeMs = 10_000;

/**
 * Keeps answers as long as what they are made of is the same, so that a page that many people look at,
 * or one person again, costs one answer. While a job loads, its former numbers are given for some
 * seconds, and new ones made meanwhile; whatever else changes is asked for at once.
 */
export class Remembered<T> {
  readonly #entries = new Map<string, Entry<T>>();
  /** answers under way: who asks the same meanwhile waits for them too */
  readonly #making = new Map<string, Promise<T>>();

  /** @throws what `make` throws; nothing is kept then */
  get(
    key: string,
    { state, settledState }: { state: string; settledState: string },
    make: () => Promise<T>,
  ): Promise<T> {
    const known = this.#entries.get(key);
    if (known?.state === state) return this.#used(key, known);
    if (known?.settledState === settledState && Date.now() - known.at < mostAgeMs) {
      if (!known.renewing) {
        known.renewing = true;
        // Where it fails, the next one to ask is told.
        this.#make(key, { state, settledState }, make).catch(() => {});
      }
      return known.answer;
    }
    return this.#make(key, { state, settledState }, make);
  }

  #used(key: string, entry: Entry<T>): Promise<T> {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.answer;
  }

  #make(
    key: string,
    state: { state: string; settledState: string },
    make: () => Promise<T>,
  ): Promise<T> {
    const id = JSON.stringify([key, state.state]);
    const underWay = this.#making.get(id);
    if (underWay) return underWay;
    const answer = make();
    const keep = () => {
      const entry = { ...state, at: Date.now(), answer, renewing: false };
      this.#entries.delete(key);
      this.#entries.set(key, entry);
      const [oldest] = this.#entries.keys();
      if (this.#entries.size > most && oldest !== undefined) this.#entries.delete(oldest);
    };
    const kept = answer
      .then(
        (made) => {
          keep();
          return made;
        },
        (error) => {
          this.#entries.delete(key);
          throw error;
        },
      )
      .finally(() => this.#making.delete(id));
    this.#making.set(id, kept);
    return kept;
  }
}
