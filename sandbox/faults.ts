import { z } from "zod";

const times = z.number().int().min(0);

/**
 * Everything that the sandbox can do wrong, set at start, through the handle's `faults`, or by
 * `PUT /control/faults`. All off by default. "n times" counts from the moment the object is set;
 * setting it again starts anew. Add a fault by adding a field here and asking for it where it bites.
 */
export const FaultSettings = z.strictObject({
  /** The token endpoint refuses, as the recorded servers do. */
  token: z
    .enum(["invalidClient", "registrationExpired", "scopeRefused", "wrongAudience", "serverError"])
    .optional(),
  /** How often `token` strikes; without it, always. */
  tokenTimes: times.optional(),
  /** Answers an HTML page with 200 where JSON or NDJSON belongs. */
  html: z
    .array(z.enum(["discovery", "metadata", "token", "groups", "kickoff", "status", "file"]))
    .optional(),
  /** The next n requests with a token answer 401, as if it had expired. */
  unauthorized: times.optional(),
  /** The next n kick-offs answer 429 with Retry-After. */
  kickoff429: times.optional(),
  /** The next n kick-offs answer 500. */
  kickoff500: times.optional(),
  /** Every kick-off answers 500 with this text. */
  kickoffError: z.string().optional(),
  /** The next n status requests answer 500 with a transient OperationOutcome. */
  status500: times.optional(),
  /** The next n status requests answer 429 with Retry-After. */
  status429: times.optional(),
  /** How Retry-After is written: delay in seconds, HTTP-date, or (wrongly) a moment since 1970. */
  retryAfterForm: z.enum(["seconds", "date", "epoch", "epochMs"]).optional(),
  /** The delay that Retry-After asks for. */
  retryAfterSeconds: z.number().min(0).optional(),
  /** How long an export takes to prepare. */
  preparationMs: z.number().min(0).optional(),
  /** The status URL answers 413 with the plain text `Too many files`. */
  tooManyFiles: z.boolean().optional(),
  /** The status URL answers 500 with this text in a lasting (not transient) OperationOutcome. */
  exportError: z.string().optional(),
  /** These types cannot be produced: manifest.error has a file for each, output has none. */
  failedTypes: z.array(z.string()).optional(),
  /** Files flow at this many bytes a second. */
  slowFiles: z.number().positive().optional(),
  /** The next n file downloads break off in the middle of a line. */
  cutFile: times.optional(),
  /** The next n file downloads answer 500. */
  file500: times.optional(),
  /** The next n file downloads answer 429 with Retry-After. */
  file429: times.optional(),
  /** Every file (or the next `fileGoneTimes`) has expired. */
  fileGone: z.union([z.literal(404), z.literal(410)]).optional(),
  fileGoneTimes: times.optional(),
  /** Line k of each file (from 1) is not JSON. */
  badLine: z.number().int().min(1).optional(),
  /** Line k of each file (from 1) is of another resource type. */
  wrongTypeLine: z.number().int().min(1).optional(),
  /** All patients of an export, with everything of theirs, come r times. */
  duplicateLines: z.number().int().min(1).optional(),
  /** Added to every count in the manifest; the files stay as they are. */
  wrongCount: z.number().int().optional(),
});
export type FaultSettings = z.infer<typeof FaultSettings>;

type Counted = {
  [K in keyof FaultSettings]-?: NonNullable<FaultSettings[K]> extends number ? K : never;
}[keyof FaultSettings];

/** The faults now in force, with their counters. */
export class Faults {
  private current: FaultSettings;
  private readonly taken = new Map<string, number>();

  constructor(settings: FaultSettings = {}) {
    this.current = FaultSettings.parse(settings);
  }

  get settings(): FaultSettings {
    return this.current;
  }

  set settings(settings: FaultSettings) {
    this.current = FaultSettings.parse(settings);
    this.taken.clear();
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
  html(where: NonNullable<FaultSettings["html"]>[number]): Response | null {
    if (!this.current.html?.includes(where)) return null;
    return new Response(
      "<!doctype html><html><head><title>Sign in</title></head><body><h1>Corporate proxy</h1><p>Please sign in to continue.</p></body></html>",
      { status: 200, headers: { "Content-Type": "text/html; charset=utf-8" } },
    );
  }

  /** The text of Retry-After in the form that is set. */
  retryAfter(): string {
    const seconds = this.current.retryAfterSeconds ?? 1;
    const at = Date.now() + seconds * 1000;
    switch (this.current.retryAfterForm ?? "seconds") {
      case "seconds":
        return String(Math.ceil(seconds));
      case "date":
        return new Date(at).toUTCString();
      case "epoch":
        return String(Math.ceil(at / 1000));
      case "epochMs":
        return String(Math.ceil(at));
    }
  }
}
