"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { DataList, type DataQuery, DataResource, DataTypes } from "@/lib/contract/data";
import { PatientJobs, PatientSummary, PatientTrend } from "@/lib/contract/patient";
import { api } from "./api";
import { dataTypesPath } from "./list-paths";

const queryOf = (values: Record<string, string | number | undefined>, filter?: string) => {
  const query = new URLSearchParams(filter);
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== "") query.append(name, String(value));
  return query;
};

/**
 * Which types there are, with their numbers of rows.
 * @param filter a chart's filter as a query (`chartParams`)
 */
export function useDataTypes({ patient, filter }: { patient?: string; filter: string }) {
  return useQuery({
    queryKey: ["data", "types", patient, filter],
    queryFn: ({ signal }) =>
      api(dataTypesPath(queryOf({ patient }, filter)), DataTypes, { signal }),
    placeholderData: keepPreviousData,
    staleTime: 15_000,
  });
}

/** Where pages begin that a page before led to: reading on costs the same however far. */
const begins = new Map<string, string>();

/** One page of rows of a type: after the page before it, where that was seen, else by its number. */
export function useDataRows(
  type: string | null,
  {
    filter,
    ...asked
  }: {
    /** a chart's filter and what one of its bars stands for, as a query */
    filter: string;
    patient?: string;
    file?: number;
    q?: string;
    sort?: DataQuery["sort"];
    order?: DataQuery["order"];
    page: number;
    page_size: number;
  },
) {
  return useQuery({
    queryKey: ["data", "rows", type, asked, filter],
    queryFn: async ({ signal }) => {
      const ask = (after?: string) =>
        api(
          `/api/data/${encodeURIComponent(type ?? "")}?${queryOf({ ...asked, after }, filter)}`,
          DataList,
          { signal },
        );
      const placeOf = (page: number) => JSON.stringify([type, { ...asked, page }, filter]);
      const after = begins.get(placeOf(asked.page));
      let list = await ask(after);
      // The job with the row before it may have been removed meanwhile.
      if (after !== undefined && list.rows.length === 0) list = await ask();
      if (begins.size > 1_000) begins.clear();
      if (list.next) begins.set(placeOf(asked.page + 1), list.next);
      return list;
    },
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

/** Which job a patient's page is about, or the current state of that job's source. */
export type PatientView = { job?: string; state?: string };

const patientPath = (patient: string) => `/api/data/patients/${encodeURIComponent(patient)}`;

/** All of one patient that a page shows. */
export function usePatientSummary(patient: string, view: PatientView) {
  return useQuery({
    queryKey: ["data", "patient", patient, view],
    queryFn: ({ signal }) =>
      api(`${patientPath(patient)}/summary?${queryOf(view)}`, PatientSummary, { signal }),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

/** The jobs that hold anything of the patient. */
export function usePatientJobs(patient: string) {
  return useQuery({
    queryKey: ["data", "patient-jobs", patient],
    queryFn: ({ signal }) => api(`${patientPath(patient)}/jobs`, PatientJobs, { signal }),
    staleTime: 30_000,
  });
}

/** The values of one thing that was measured; nothing is asked while `measured` is null. */
export function usePatientTrend(
  patient: string,
  view: PatientView,
  measured: { code: string; code_system: string | null; unit: string | null } | null,
) {
  return useQuery({
    queryKey: ["data", "patient-trend", patient, view, measured],
    queryFn: ({ signal }) =>
      api(
        `${patientPath(patient)}/trend?${queryOf({
          ...view,
          code: measured?.code,
          code_system: measured?.code_system ?? undefined,
          unit: measured?.unit ?? undefined,
        })}`,
        PatientTrend,
        { signal },
      ),
    enabled: measured !== null,
    staleTime: 30_000,
  });
}
