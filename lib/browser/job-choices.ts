"use client";

import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { JobDetail, JobList, type JobStatus, type JobSummary } from "@/lib/contract/job";
import { api } from "./api";

const runningStatuses: JobStatus[] = ["queued", "in-progress", "downloading"];

/** Does this job still bring rows? */
export const isRunning = (job: Pick<JobSummary, "status">): boolean =>
  runningStatuses.includes(job.status);

/**
 * The jobs to choose from in a filter: the newest 200 that fit what is typed, and the chosen ones
 * wherever they are. `running`: those of the choice (of all, where none is chosen) that run now.
 */
export function useJobChoices(chosen: string[], typed = "") {
  const list = useQuery({
    queryKey: ["jobs", "choices", typed],
    queryFn: ({ signal }) =>
      api(
        `/api/bulk-data/jobs?${new URLSearchParams({ page_size: "200", ...(typed ? { q: typed } : {}) })}`,
        JobList,
        { signal },
      ),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.data?.jobs.some(isRunning) ? 4_000 : 15_000),
  });
  const listed = list.data?.jobs ?? [];
  const missing = list.isPending
    ? []
    : chosen.filter((id) => !listed.some((job) => job.job_id === id));
  const others = useQueries({
    queries: missing.map((id) => ({
      queryKey: ["jobs", "one", id],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api(`/api/bulk-data/status/${id}`, JobDetail, { signal }),
      retry: false,
      refetchInterval: 15_000,
    })),
  });
  const jobs: JobSummary[] = [...listed, ...others.flatMap(({ data }) => (data ? [data] : []))];
  const concerned = chosen.length > 0 ? jobs.filter((job) => chosen.includes(job.job_id)) : jobs;
  return { list, jobs, total: list.data?.total ?? 0, running: concerned.filter(isRunning) };
}
