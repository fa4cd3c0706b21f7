import type { BatchView, JobStatus, JobSummary, JobTotals } from "@/lib/contract/job";

/** What of a job counts in its batch. */
export type BatchJob = Pick<
  JobSummary,
  | "job_id"
  | "batch_id"
  | "status"
  | "completeness"
  | "purpose"
  | "connection_id"
  | "connection_name"
  | "level"
  | "group_id"
  | "group_name"
  | "records_loaded"
  | "progress_ratio"
  | "created_by"
  | "created_at"
  | "ended_at"
> & { totals: Pick<JobTotals, "files" | "files_loaded" | "lines"> };

const isActive = ({ ended_at }: BatchJob) => ended_at === null;

function completenessOf(jobs: BatchJob[]): BatchView["completeness"] {
  const all = jobs.map(({ completeness }) => completeness);
  if (all.includes("incomplete")) return "incomplete";
  return all.every((one) => one === "complete") ? "complete" : "unknown";
}

/**
 * Jobs that were started together, added up.
 * @param jobs at least one, in the order in which they start
 */
export function batchOf(jobs: BatchJob[]): BatchView {
  const [first] = jobs;
  if (!first) throw new RangeError("a batch without jobs");
  const statuses: Partial<Record<JobStatus, number>> = {};
  for (const { status } of jobs) statuses[status] = (statuses[status] ?? 0) + 1;
  const sum = (of: (job: BatchJob) => number) => jobs.reduce((total, job) => total + of(job), 0);
  const targets = jobs.map(({ group_name, group_id, level }) => group_name ?? group_id ?? level);
  const ends = jobs.map(({ ended_at }) => ended_at);
  return {
    batch_id: first.batch_id ?? first.job_id,
    jobs: jobs.length,
    statuses,
    incomplete: jobs.filter(
      ({ status, completeness }) => status === "completed" && completeness === "incomplete",
    ).length,
    completeness: completenessOf(jobs),
    connection_id: first.connection_id,
    connection_name: first.connection_name,
    groups: [...new Set(targets)].slice(0, 3),
    files: sum(({ totals }) => totals.files),
    files_loaded: sum(({ totals }) => totals.files_loaded),
    // A list of members is no patients' data.
    records: sum((job) =>
      job.purpose === "members" ? 0 : isActive(job) ? job.totals.lines : job.records_loaded,
    ),
    progress_ratio:
      sum((job) =>
        isActive(job) ? (job.status === "downloading" ? (job.progress_ratio ?? 0) : 0) : 1,
      ) / jobs.length,
    created_by: first.created_by,
    created_at: first.created_at,
    ended_at: ends.includes(null) ? null : ([...ends].sort().at(-1) ?? null),
  };
}
