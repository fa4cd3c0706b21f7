import type { AppError, ErrorCode } from "@/lib/errors";

const second = 1_000;
const longestBackOffMs = 300 * second;
/** Servers were seen to ask for hours, and for decades (an epoch time sent as a delay). */
const longestWaitMs = 3_600 * second;

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

/**
 * What to do about a failed step.
 * @param attempts counted failures in a row before this one
 * @param budget how many are allowed
 * @returns the wait before the next try, or null where the step is given up
 */
export function nextTry(
  error: Pick<AppError, "code" | "retryable" | "retryAt">,
  {
    attempts,
    budget,
    now = new Date(),
    random = Math.random,
  }: {
    attempts: number;
    budget: number;
    now?: Date;
    random?: () => number;
  },
): { delayMs: number; counted: boolean } | null {
  if (!error.retryable) return null;
  const counted = !uncounted.has(error.code);
  if (counted && attempts + 1 >= budget) return null;
  const own = counted ? backOffMs(attempts + 1, random) : Math.round((10 + 20 * random()) * second);
  const asked = error.retryAt ? error.retryAt.getTime() - now.getTime() : own;
  return { delayMs: Math.min(longestWaitMs, Math.max(second / 2, asked)), counted };
}
