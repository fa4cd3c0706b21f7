/**
 * A config dropped on one page and shown on the next. It holds a private key, so it stays in this
 * tab's memory and is forgotten when it is taken: never in the URL or in the browser's storage.
 */
let text: string | null = null;

export const handedConfig = {
  give(config: string): void {
    text = config;
  },
  take(): string | null {
    const taken = text;
    text = null;
    return taken;
  },
};
