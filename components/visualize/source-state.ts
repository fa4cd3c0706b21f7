import type { ChartData } from "@/lib/contract/chart";

export type Source = ChartData<"summary">["source"];

/** Are all the jobs behind some numbers complete? The worst is told first, and of how many. */
export function sourceState(source: Source): {
  state: "complete" | "incomplete" | "unknown";
  /** jobs of that state */
  count: number;
  /** all jobs */
  of: number;
} {
  const { job_ids, jobs_complete, jobs_incomplete, jobs_unknown } = source;
  const of = job_ids.length;
  if (jobs_incomplete > 0) return { state: "incomplete", count: jobs_incomplete, of };
  if (jobs_unknown > 0) return { state: "unknown", count: jobs_unknown, of };
  return { state: "complete", count: jobs_complete, of };
}
