import { FaultSettings, type HtmlPlace } from "./fault-settings";

type Counted = {
  [K in keyof FaultSettings]-?: NonNullable<FaultSettings[K]> extends number ? K : never;
}[keyof FaultSettings];

/** The faults now in force, with their counters. */
export class Faults {
  private current: FaultSettings;
  private readonly taken = new Map<string, number>();
  /** How often the settings were set: tells links of before from links of after. */
  generation = 0;

  constructor(settings: FaultSettings = {}) {
    this.current = FaultSettings.parse(settings);
  }

  get settings(): FaultSettings {
    return this.current;
  }

  set settings(settings: FaultSettings) {
    this.current = FaultSettings.parse(settings);
    this.taken.clear();
    this.generation += 1;
  }

  /** The window's part that the server's clock decides. */
  present(): { now?: number; deletedShare?: number } {
    const { now, deletedShare } = this.current;
    return {
      ...(now === undefined ? {} : { now: Date.parse(now) }),
      ...(deletedShare === undefined ? {} : { deletedShare }),
    };
  }

  /** True, and one less to come, while the counted fault has strikes left. */
  strikes(name: Counted, unlimited = false): boolean {
    const limit = this.current[name];
    const used = this.taken.get(name) ?? 0;
    if (limit === undefined) return unlimited;
    if (used >= limit) return false;
    this.taken.set(name, used + 1);
    return true;
  }

  /** The HTML page in place of what was asked for, if that fault is on. */
  html(where: HtmlPlace): Response | null {
    if (!this.current.html?.includes(where) || !this.strikes("htmlTimes", true)) return null;
    return new Response(
      "<!doctype html><html><head><title>Sign in</title></head><body><h1>Corporate proxy</h1><p>Please sign in to continue.</p></body></html>",
      {
        status: this.current.htmlStatus ?? 200,
        headers: { "Content-Type": "text/html; charset=utf-8" },
      },
    );
  }

  /** Retry-After in the form that is set, as a header, or no header. */
  retryAfter(): Record<string, string> {
    const seconds = this.current.retryAfterSeconds ?? 1;
    const at = Date.now() + seconds * 1000;
    switch (this.current.retryAfterForm ?? "seconds") {
      case "seconds":
        return { "Retry-After": String(Math.ceil(seconds)) };
      case "date":
        return { "Retry-After": new Date(at).toUTCString() };
      case "epoch":
        return { "Retry-After": String(Math.ceil(at / 1000)) };
      case "epochMs":
        return { "Retry-After": String(Math.ceil(at)) };
      case "missing":
        return {};
    }
  }
}
