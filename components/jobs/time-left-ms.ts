import type { JobSummary } from "@/lib/contract/job";

/**
 * Milliseconds until everything is loaded, from the pace since the files were ready; null where
 * too little has happened to tell (under 3 s or 3 %).
 */
export function timeLeftMs(
  job: Pick<JobSummary, "prepared_at" | "progress_ratio" | "status">,
  now: number,
): number | null {
  if (job.status !== "downloading" || !job.prepared_at || job.progress_ratio === null) return null;
  const spent = now - Date.parse(job.prepared_at);
  if (spent < 3_000 || job.progress_ratio < 0.03 || job.progress_ratio >= 1) return null;
  return (spent / job.progress_ratio) * (1 - job.progress_ratio);
}
