"use client";

import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import {
  EventList,
  type EventsQuery,
  ExportList,
  FileList,
  type FileListQuery,
  JobDetail,
  JobList,
  type JobListQuery,
  JobSize,
  type JobStatus,
  type JobSummary,
  RejectedLineList,
  Throughput,
} from "@/lib/contract/job";
import { api, isRefusal } from "./api";
import { exportsPath, jobPath, jobsPath, searchOf } from "./list-paths";

const active: JobStatus[] = ["queued", "in-progress", "downloading"];

/** Does the job still change by itself? */
export const isActive = (job: { status: JobStatus }): boolean => active.includes(job.status);

const path = (jobId: string, rest = "") =>
  `/api/bulk-data/jobs/${encodeURIComponent(jobId)}${rest}`;

/** Where the rejected lines can be had whole, one JSON object a line. */
export const rejectedLinesPath = (jobId: string): string =>
  path(jobId, "/rejected-lines?format=ndjson");

// New jobs come from scripts too: an idle list goes on looking, slowly.
const oftenWhile = (busy: boolean | undefined) => (busy ? 2_000 : 10_000);

/** A page of jobs; asked anew every two seconds while one of them runs, else every ten. */
export const jobsQuery = (query: Partial<JobListQuery>) => {
  const search = searchOf(query);
  return queryOptions({
    queryKey: ["jobs", "list", search],
    queryFn: ({ signal }) => api(jobsPath(query), JobList, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => oftenWhile(state.data?.jobs.some(isActive)),
  });
};

/** As jobsQuery, with jobs that were started together as one entry. */
export const exportsQuery = (query: Partial<JobListQuery>) => {
  const search = searchOf(query);
  return queryOptions({
    queryKey: ["jobs", "list", "folded", search],
    queryFn: ({ signal }) => api(exportsPath(query), ExportList, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      oftenWhile(state.data?.exports.some(({ job, batch }) => (job ?? batch)?.ended_at === null)),
  });
};

/** Everything about one job but its files, which come in pages. */
export const jobQuery = (jobId: string) =>
  queryOptions({
    queryKey: ["jobs", jobId],
    queryFn: ({ signal }) => api(jobPath(jobId), JobDetail, { signal }),
    // A job that is not there does not appear by asking for it.
    refetchInterval: ({ state }) =>
      isRefusal(state.error) || (state.data && !isActive(state.data)) ? false : 1_500,
  });

/** As much of a job as says whether it runs, and if not, since when. */
export type JobEnd = Pick<JobSummary, "job_id" | "status" | "ended_at">;

/**
 * What changes while a job runs has its end in its key: each end asks once more, or the last figures
 * would be missing. Not whether it runs: of a job that is retried the answer of before would stand again.
 */
const partOf = (job: JobEnd, part: string) =>
  ["jobs", job.job_id, part, isActive(job) ? "running" : job.ended_at] as const;

const whileRunning = (job: JobEnd) => (isActive(job) ? 2_000 : false);

/** A page of a job's files, filtered and sorted by the server; live while it runs. */
export const filesQuery = (job: JobEnd, query: Partial<FileListQuery>) => {
  const search = searchOf(query);
  return queryOptions({
    queryKey: [...partOf(job, "files"), search],
    queryFn: ({ signal }) => api(path(job.job_id, `/files?${search}`), FileList, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: whileRunning(job),
  });
};

/** Records and bytes of each span of a job's life; live while it runs. */
export const throughputQuery = (job: JobEnd) =>
  queryOptions({
    queryKey: partOf(job, "throughput"),
    queryFn: ({ signal }) => api(path(job.job_id, "/throughput"), Throughput, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: whileRunning(job),
  });

/** What removing the job frees; asked when somebody is about to. */
export const jobSizeQuery = (jobId: string) =>
  queryOptions({
    queryKey: ["jobs", jobId, "size"],
    queryFn: ({ signal }) => api(path(jobId, "/size"), JobSize, { signal }),
    staleTime: 0,
  });

/** A page of the lines that could not become rows. They hold patient data. */
export const rejectedLinesQuery = (jobId: string, page: number, pageSize: number) =>
  queryOptions({
    queryKey: ["jobs", jobId, "rejected-lines", page, pageSize],
    queryFn: ({ signal }) =>
      api(path(jobId, `/rejected-lines?page=${page}&page_size=${pageSize}`), RejectedLineList, {
        signal,
      }),
    placeholderData: keepPreviousData,
  });

/** A job's log, filtered by the server; live while it runs. */
export const eventsQuery = (job: JobEnd, query: Partial<EventsQuery>) => {
  const search = searchOf(query);
  return queryOptions({
    queryKey: [...partOf(job, "events"), search],
    queryFn: ({ signal }) => api(path(job.job_id, `/events?${search}`), EventList, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: whileRunning(job),
  });
};

/** Cancel, retry and purge of one job; each brings every list of jobs up to date. */
export function useJobCommands(jobId: string) {
  const client = useQueryClient();
  const refresh = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: ["jobs"] }),
      client.invalidateQueries({ queryKey: ["overview"] }),
    ]);
  return {
    cancel: useMutation({
      mutationFn: () => api(path(jobId), z.unknown(), { method: "DELETE" }),
      onSettled: refresh,
    }),
    retry: useMutation({
      mutationFn: () => api(path(jobId, "/retry"), z.unknown(), { method: "POST" }),
      onSettled: refresh,
    }),
    purge: useMutation({
      mutationFn: () => api(path(jobId, "?purge=true"), z.unknown(), { method: "DELETE" }),
      onSuccess: () => client.invalidateQueries({ queryKey: ["jobs", "list"] }),
    }),
  };
}
