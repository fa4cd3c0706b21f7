import type { JobError } from "@/lib/contract/job";

/** What stands beside the code and the words of a failure, as `troubleOf` wrote it. */
export type Details = {
  params?: JobError["params"];
  evidence?: JobError["evidence"];
  asked?: boolean;
} | null;

/**
 * A stored failure as people and scripts see it; null where there is none.
 * @param nextRunAt when the step is due again
 */
export function errorOf(
  code: string | null,
  message: string | null,
  details: Details,
  nextRunAt: Date | string,
): JobError | null {
  if (code === null) return null;
  return {
    code,
    message: message ?? code,
    params: details?.params ?? {},
    ...(details?.evidence ? { evidence: details.evidence } : {}),
    ...(details?.asked ? { asked_until: new Date(nextRunAt).toISOString() } : {}),
  };
}
