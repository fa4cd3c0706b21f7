import type { JobListQuery } from "@/lib/contract/job";

/** A query as the API reads it; lists are joined, what is not given is left out. */
export function searchOf(query: Record<string, unknown>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const text = Array.isArray(value) ? value.join(",") : value;
    if (text !== undefined && text !== null && text !== "") search.set(name, String(text));
  }
  return search.toString();
}

// What pages ask for first: the same text each time, so that it can be asked for ahead (components/frame/in-browser).
export const overviewPath = "/api/overview";
export const connectionsPath = "/api/connections";
export const jobsPath = (query: Partial<JobListQuery>): string =>
  `/api/bulk-data/jobs?${searchOf(query)}`;
export const exportsPath = (query: Partial<JobListQuery>): string =>
  `/api/exports?${searchOf(query)}`;
export const jobPath = (jobId: string): string =>
  `/api/bulk-data/status/${encodeURIComponent(jobId)}?files=none`;
/** @param filter a chart's filter as a query */
export const dataTypesPath = (filter: URLSearchParams): string => `/api/data?${filter}`;
