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
  RejectedLineList,
  Throughput,
} from "@/lib/contract/job";
import { api, isRefusal } from "./api";

const active: JobStatus[] = ["queued", "in-progress", "downloading"];

/** Does the job still change by itself? */
export const isActive = (job: { status: JobStatus }): boolean => active.includes(job.status);

const path = (jobId: string, rest = "") =>
  `/api/bulk-data/jobs/${encodeURIComponent(jobId)}${rest}`;

/** Where the rejected lines can be had whole, one JSON object a line. */
export const rejectedLinesPath = (jobId: string): string =>
  path(jobId, "/rejected-lines?format=ndjson");

/** A query as the API reads it; lists are joined, what is not given is left out. */
function searchOf(query: Record<string, unknown>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const text = Array.isArray(value) ? value.join(",") : value;
    if (text !== undefined && text !== null && text !== "") search.set(name, String(text));
  }
  return search.toString();
}

// New jobs come from scripts too: an idle list goes on looking, slowly.
const oftenWhile = (busy: boolean | undefined) => (busy ? 2_000 : 10_000);

export const jobsQuery = (query: Partial<JobListQuery>) => {
  const search = searchOf(query);
  return queryOptions({
    queryKey: ["jobs", "list", search],
    queryFn: ({ signal }) => api(`/api/bulk-data/jobs?${search}`, JobList, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => oftenWhile(state.data?.jobs.some(isActive)),
  });
};

/** As jobsQuery, with jobs that were started together as one entry. */
export const exportsQuery = (query: Partial<JobListQuery>) => {
  const search = searchOf(query);
  return queryOptions({
    queryKey: ["jobs", "list", "folded", search],
    queryFn: ({ signal }) => api(`/api/exports?${search}`, ExportList, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      oftenWhile(state.data?.exports.some(({ job, batch }) => (job ?? batch)?.ended_at === null)),
  });
};

/** Everything about one job but its files, which come in pages. */
export const jobQuery = (jobId: string) =>
  queryOptions({
    queryKey: ["jobs", jobId],
    queryFn: ({ signal }) =>
      api(`/api/bulk-data/status/${encodeURIComponent(jobId)}?files=none`, JobDetail, { signal }),
    // A job that is not there does not appear by asking for it.
    refetchInterval: ({ state }) =>
      isRefusal(state.error) || (state.data && !isActive(state.data)) ? false : 1_500,
  });

// What changes while a job runs has `live` in its key: its end asks once more, or the last figures would be missing.

/** @param live while the job runs, its files change */
export const filesQuery = (jobId: string, query: Partial<FileListQuery>, live: boolean) => {
  const search = searchOf(query);
  return queryOptions({
    queryKey: ["jobs", jobId, "files", live, search],
    queryFn: ({ signal }) => api(path(jobId, `/files?${search}`), FileList, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: live ? 2_000 : false,
  });
};

/** @param live while the job loads, its curve grows */
export const throughputQuery = (jobId: string, live: boolean) =>
  queryOptions({
    queryKey: ["jobs", jobId, "throughput", live],
    queryFn: ({ signal }) => api(path(jobId, "/throughput"), Throughput, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: live ? 2_000 : false,
  });

/** What removing the job frees; asked when somebody is about to. */
export const jobSizeQuery = (jobId: string) =>
  queryOptions({
    queryKey: ["jobs", jobId, "size"],
    queryFn: ({ signal }) => api(path(jobId, "/size"), JobSize, { signal }),
    staleTime: 0,
  });

export const rejectedLinesQuery = (jobId: string, page: number, pageSize: number) =>
  queryOptions({
    queryKey: ["jobs", jobId, "rejected-lines", page, pageSize],
    queryFn: ({ signal }) =>
      api(path(jobId, `/rejected-lines?page=${page}&page_size=${pageSize}`), RejectedLineList, {
        signal,
      }),
    placeholderData: keepPreviousData,
  });

/** @param live while the job runs, the log grows */
export const eventsQuery = (jobId: string, query: Partial<EventsQuery>, live: boolean) => {
  const search = searchOf(query);
  return queryOptions({
    queryKey: ["jobs", jobId, "events", live, search],
    queryFn: ({ signal }) => api(path(jobId, `/events?${search}`), EventList, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: live ? 2_000 : false,
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
