"use client";

import { queryOptions } from "@tanstack/react-query";
import { DataList } from "@/lib/contract/data";
import { JobList } from "@/lib/contract/job";
import { api } from "./api";

/** Jobs whose id, group or connection holds the text. */
export const paletteJobsQuery = (text: string) =>
  queryOptions({
    queryKey: ["palette", "jobs", text],
    queryFn: ({ signal }) =>
      api(`/api/bulk-data/jobs?page_size=20&q=${encodeURIComponent(text)}`, JobList, { signal }),
    staleTime: 10_000,
  });

/** Patients by id or name. */
export const palettePatientsQuery = (text: string) =>
  queryOptions({
    queryKey: ["palette", "patients", text],
    queryFn: ({ signal }) =>
      api(`/api/data/Patient?page_size=5&q=${encodeURIComponent(text)}`, DataList, { signal }),
    staleTime: 30_000,
  });
