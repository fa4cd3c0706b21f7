"use client";

import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import {
  EventList,
  JobDetail,
  JobList,
  type JobListQuery,
  type JobStatus,
  RejectedLineList,
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

export const jobsQuery = (query: Partial<JobListQuery>) => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const text = Array.isArray(value) ? value.join(",") : value;
    if (text !== undefined && text !== "") search.set(name, String(text));
  }
  return queryOptions({
    queryKey: ["jobs", "list", search.toString()],
    queryFn: ({ signal }) => api(`/api/bulk-data/jobs?${search}`, JobList, { signal }),
    placeholderData: keepPreviousData,
    // New jobs come from scripts too: an idle list goes on looking, slowly.
    refetchInterval: ({ state }) => (state.data?.jobs.some(isActive) ? 2_000 : 10_000),
  });
};

export const jobQuery = (jobId: string) =>
  queryOptions({
    queryKey: ["jobs", jobId],
    queryFn: ({ signal }) =>
      api(`/api/bulk-data/status/${encodeURIComponent(jobId)}`, JobDetail, { signal }),
    // A job that is not there does not appear by asking for it.
    refetchInterval: ({ state }) =>
      isRefusal(state.error) || (state.data && !isActive(state.data)) ? false : 1_500,
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
export const eventsQuery = (jobId: string, live: boolean) =>
  queryOptions({
    queryKey: ["jobs", jobId, "events"],
    queryFn: ({ signal }) => api(path(jobId, "/events"), EventList, { signal }),
    refetchInterval: live ? 3_000 : false,
  });

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
