import { AppError, type ErrorCode } from "@/lib/errors";
import type { Retry } from "@/lib/store/trouble";

const second = 1_000;
const longestBackOffMs = 300 * second;
/** Of what a server asks for, all waits of one step added up. */
const longestPutOffMs = 24 * 3_600 * second;

/** These pass by themselves and say nothing about the step: it waits for as long as they last. */
const uncounted: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "database-unavailable",
  "disk-full",
  "disk-refused",
  "rate-limited",
]);

/** 1 s, 2 s, 4 s … 5 min, of which the last half is by chance, so that many jobs do not return at once. */
export function backOffMs(failures: number, random: () => number = Math.random): number {
  const full = Math.min(longestBackOffMs, second * 2 ** Math.max(0, failures - 1));
  return Math.round(full / 2 + (full / 2) * random());
}

/** As it is stored beside the error; `putOffMs` holds this wait too, where the server asked for it. */
export type NextTry = Required<Omit<Retry, "error">>;

/**
 * What to do about a failed step. Where the server said when to come again (Retry-After) that is
 * believed: such a try is not held against the step, until the waits come to a day. They grow as
 * our own would, where the server asks for less.
 * @param attempts counted failures in a row before this one
 * @param budget how many are allowed
 * @param putOffMs for how long the server has put the step off before, in all
 * @param hasLimit the job ends by a limit of its own: 429 (another export runs) may last till then
 * @returns the next try; else the failure with which the step is given up
 */
export function nextTry(
  error: AppError,
  {
    attempts,
    budget,
    putOffMs,
    hasLimit = false,
    now = new Date(),
    random = Math.random,
  }: {
    attempts: number;
    budget: number;
    putOffMs: number;
    hasLimit?: boolean;
    now?: Date;
    random?: () => number;
  },
): NextTry | { givenUp: AppError } {
  if (!error.retryable) return { givenUp: error };
  if (error.retryAt) {
    const wantedMs = error.retryAt.getTime() - now.getTime();
    const delayMs = Math.max(second / 2, wantedMs, Math.min(longestBackOffMs, putOffMs / 2));
    const sumMs = putOffMs + delayMs;
    const endless = hasLimit && error.code === "rate-limited";
    if (sumMs > longestPutOffMs && !endless) return { givenUp: putOff(error) };
    return { delayMs, counted: false, putOffMs: sumMs, asked: true };
  }
  const counted = !uncounted.has(error.code);
  if (counted && attempts + 1 >= budget) return { givenUp: error };
  const delayMs = counted
    ? backOffMs(attempts + 1, random)
    : Math.round((10 + 20 * random()) * second);
  return { delayMs, counted, putOffMs, asked: false };
}

/** "We go on by ourselves" would not be true any more. */
const putOff = (error: AppError) =>
  new AppError(
    "put-off",
    {
      host: error.params.host ?? "–",
      hours: longestPutOffMs / (3_600 * second),
      reason: error.message,
    },
    { cause: error, evidence: error.evidence },
  );
