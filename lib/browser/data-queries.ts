"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { DataList, DataResource, DataTypes } from "@/lib/contract/data";
import { api } from "./api";

const queryOf = (values: Record<string, string | number | undefined>) =>
  new URLSearchParams(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined || value === "" ? [] : [[name, String(value)]],
    ),
  );

/** Which types there are, with their numbers of rows. */
export function useDataTypes(filter: { job?: string; patient?: string }) {
  return useQuery({
    queryKey: ["data", "types", filter],
    queryFn: ({ signal }) => api(`/api/data?${queryOf(filter)}`, DataTypes, { signal }),
    placeholderData: keepPreviousData,
    staleTime: 15_000,
  });
}

/** One page of rows of a type. */
export function useDataRows(
  type: string | null,
  filter: { job?: string; patient?: string; q?: string; page: number; page_size: number },
) {
  return useQuery({
    queryKey: ["data", "rows", type, filter],
    queryFn: ({ signal }) =>
      api(`/api/data/${encodeURIComponent(type ?? "")}?${queryOf(filter)}`, DataList, { signal }),
    enabled: type !== null,
    placeholderData: keepPreviousData,
    staleTime: 15_000,
  });
}

/** Where a document that a resource names can be had. */
export const attachmentPath = (
  resource: { type: string; id: string; job_id: string },
  place: number,
) =>
  `/api/data/${encodeURIComponent(resource.type)}/${encodeURIComponent(resource.id)}/attachments/${place}?${new URLSearchParams({ job: resource.job_id })}`;

/** One resource as it stands in the database, with where it came from. */
export function useDataResource(
  type: string | null,
  key: { job: string; patient: string; id: string } | null,
) {
  return useQuery({
    queryKey: ["data", "resource", type, key],
    queryFn: ({ signal }) =>
      api(
        // An empty patient is an answer too: a resource that belongs to none.
        `/api/data/${encodeURIComponent(type ?? "")}/${encodeURIComponent(key?.id ?? "")}?${new URLSearchParams({ job: key?.job ?? "", patient: key?.patient ?? "" })}`,
        DataResource,
        { signal },
      ),
    enabled: type !== null && key !== null,
    staleTime: 60_000,
  });
}
