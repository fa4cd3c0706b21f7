/**
 * A config dropped on one page and shown on the next. It holds a private key, so it stays in this
 * tab's memory and is forgotten when it is taken: never in the URL or in the browser's storage.
 */
let text: string | null = null;
const waiting = new Set<() => void>();

export const handedConfig = {
  give(config: string): void {
    text = config;
    for (const tell of waiting) tell();
  },
  take(): string | null {
    const taken = text;
    text = null;
    return taken;
  },
  /** Calls whenever another one has been given; the answer ends that. */
  onGiven(tell: () => void): () => void {
    waiting.add(tell);
    return () => waiting.delete(tell);
  },
};
