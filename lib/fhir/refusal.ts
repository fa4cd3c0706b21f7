import { STATUS_CODES } from "node:http";
import { AppError } from "@/lib/errors";
import { type Outcome, readOutcome } from "./outcome-text";
import { readText } from "./read-text";
import { retryAfter } from "./retry-after";
import { withoutQuery } from "./web-address";

/** An answer that is not what was asked for, read to its end. */
export type Refusal = Outcome & {
  status: number;
  host: string;
  /** the server's words, else what its status means */
  reason: string;
  retryAt: Date | undefined;
  /** for the person: status, address and the server's words */
  evidence: Record<string, unknown>;
};

/** Reads what a server says in an answer that is not the expected one. */
export async function readRefusal(response: Response, now: Date): Promise<Refusal> {
  const { text } = await readText(response);
  const outcome = readOutcome(text);
  const reason = outcome.text || STATUS_CODES[response.status] || `HTTP ${response.status}`;
  return {
    ...outcome,
    status: response.status,
    host: new URL(response.url).host,
    reason,
    retryAt: retryAfter(response.headers.get("retry-after"), now) ?? undefined,
    evidence: {
      url: withoutQuery(response.url),
      status: response.status,
      content_type: response.headers.get("content-type") ?? "",
      answer: reason,
    },
  };
}

/**
 * The error for the statuses that mean the same in every stage: 401 and 403 access-refused, 429
 * rate-limited (with a time to come back), 5xx and transient outcomes server-error (retryable).
 * @returns null for the rest, which the stage names itself
 */
export function commonRefusal(refusal: Refusal, now: Date): AppError | null {
  const { status, host, reason, retryAt, evidence } = refusal;
  if (status === 401 || status === 403) {
    return new AppError("access-refused", { host, status, reason }, { evidence });
  }
  if (status === 429) {
    const later = retryAt ?? new Date(now.getTime() + 60_000);
    return new AppError("rate-limited", { host }, { retryAt: later, evidence });
  }
  const passing = [500, 502, 503, 504, 520, 521, 522, 523, 524].includes(status);
  if (passing || refusal.transient) {
    return new AppError("server-error", { host, status, reason }, { retryAt, evidence });
  }
  return null;
}
