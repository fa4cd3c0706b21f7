import type { JobSummary } from "@/lib/contract/job";

/**
 * Milliseconds until every line is loaded, at the pace of the last minute. Null where it cannot be told:
 * the server gave no counts, too little has happened (under 5 s or 3 %), nothing moves, or a step failed
 * and waits for its next try.
 */
export function timeLeftMs(
  job: Pick<JobSummary, "prepared_at" | "status" | "totals" | "records_per_second" | "failure">,
  now: number,
): number | null {
  const { expected, lines, files_failed } = job.totals;
  if (job.status !== "downloading" || !job.prepared_at || job.failure || files_failed > 0)
    return null;
  if (!expected || !job.records_per_second || lines >= expected) return null;
  if (now - Date.parse(job.prepared_at) < 5_000 || lines / expected < 0.03) return null;
  return ((expected - lines) / job.records_per_second) * 1_000;
}
