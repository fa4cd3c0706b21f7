"use client";

import { useQueries, useQuery } from "@tanstack/react-query";
import type { JobSummary } from "@/lib/contract/job";
import { isActive, jobQuery, jobsQuery } from "./jobs-queries";

/**
 * The jobs to choose from in a filter: of the newest 200 that fit what is typed those with patients' data
 * (a list of members has none), and the chosen ones wherever they are. `running`: those of the choice (of all, where none is chosen) that run now.
 */
export function useJobChoices(
  chosen: string[],
  typed = "",
): { jobs: JobSummary[]; total: number; running: JobSummary[]; known: boolean } {
  const list = useQuery(jobsQuery({ page_size: 200, q: typed }));
  const found = list.data?.jobs ?? [];
  const listed = found.filter(
    ({ purpose, job_id }) => purpose !== "members" || chosen.includes(job_id),
  );
  const missing = list.data ? chosen.filter((id) => !listed.some((job) => job.job_id === id)) : [];
  const others = useQueries({
    queries: missing.map((id) => ({ ...jobQuery(id), retry: false })),
  });
  const jobs: JobSummary[] = [...listed, ...others.flatMap(({ data }) => (data ? [data] : []))];
  const concerned = chosen.length > 0 ? jobs.filter((job) => chosen.includes(job.job_id)) : jobs;
  return {
    jobs,
    total: (list.data?.total ?? 0) - (found.length - listed.length),
    running: concerned.filter(isActive),
    known: list.data !== undefined && others.every(({ isPending }) => !isPending),
  };
}
