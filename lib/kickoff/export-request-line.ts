import type { Dialect, ExportRequest } from "@/lib/contract/export-request";
import { AppError } from "@/lib/errors";

export type ExportRequestLine = {
  method: "GET" | "POST";
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
};

type Parameter = { name: string } & Record<string, unknown>;

/**
 * The request that starts an export (Bulk Data Access, Kick-off Request), as it goes over the wire.
 * How GET writes lists is the server's dialect; POST repeats the parameter, which is the only form that
 * version 4 allows. `patient` exists in POST alone.
 * @param input.fhirBaseUrl without trailing slash
 * @param input.dialect "mixed" where nothing is known
 * @throws AppError invalid-request where level and parameters do not fit
 */
export function exportRequestLine(input: {
  fhirBaseUrl: string;
  level: "system" | "patient" | "group";
  groupId: string | null;
  request: ExportRequest;
  dialect?: Dialect;
}): ExportRequestLine {
  const { fhirBaseUrl, level, groupId, request, dialect = "mixed" } = input;
  if (level === "group" && !groupId) {
    throw new AppError("invalid-request", { reason: "a group-level export needs a group id" });
  }
  // Nobody's id, and an address would lose it together with "Group".
  if (level === "group" && /^\.{1,2}$/.test(groupId ?? "")) {
    throw new AppError("invalid-request", { reason: `“${groupId}” is not a group id` });
  }
  if (level === "system" && request.patient?.length) {
    throw new AppError("invalid-request", {
      reason: "“patient” cannot be used in a system-level export",
    });
  }
  const path = {
    system: "$export",
    patient: "Patient/$export",
    group: `Group/${encodeURIComponent(groupId ?? "")}/$export`,
  }[level];
  const url = `${fhirBaseUrl}/${path}`;
  const headers: Record<string, string> = {
    Accept: "application/fhir+json",
    Prefer: request.lenient ? "respond-async, handling=lenient" : "respond-async",
  };
  if (methodOf(request, dialect) === "POST") {
    headers["Content-Type"] = "application/fhir+json";
    const body = { resourceType: "Parameters", parameter: parametersOf(request, dialect) };
    return { method: "POST", url, headers, body: JSON.stringify(body) };
  }
  const query = queryOf(request, dialect);
  return { method: "GET", url: query ? `${url}?${query}` : url, headers, body: undefined };
}

/** What the person chose, else what the parameters need, else what the server wants. */
export function methodOf(request: ExportRequest, dialect: Dialect): "GET" | "POST" {
  if (request.patient?.length) return "POST";
  return request.method ?? (dialect === "post" ? "POST" : "GET");
}

/**
 * A comma inside a filter must survive a server that takes every comma for the one between filters,
 * so it is escaped once more; the filter is a query, in which that means the same.
 */
const escaped = (filters: string[] | undefined) =>
  filters?.map((filter) => filter.replaceAll(",", "%2C"));

function queryOf(request: ExportRequest, dialect: Dialect): string {
  const repeated = (name: string) =>
    dialect === "repeat" || (dialect !== "comma" && name === "_typeFilter");
  const lists: [string, string[] | undefined][] = [
    ["_type", request.resource_types],
    ["_typeFilter", escaped(request.type_filter)],
    ["_elements", request.elements],
    ["includeAssociatedData", request.include_associated_data],
  ];
  const single: [string, string | undefined][] = [
    ["_outputFormat", request.output_format],
    ["_since", request.since],
    ["_until", request.until],
    ["organizeOutputBy", request.organize_output_by],
    ["allowPartialManifests", request.allow_partial_manifests?.toString()],
  ];
  // encodeURIComponent turns the “+” of a time zone into %2B: a bare one would arrive as a space.
  return [
    ...lists
      .filter(([, values]) => values?.length)
      .map(([name, values = []]) => {
        const between = repeated(name) ? `&${name}=` : ",";
        return `${name}=${values.map(encodeURIComponent).join(between)}`;
      }),
    ...single
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${encodeURIComponent(value ?? "")}`),
  ].join("&");
}

function parametersOf(request: ExportRequest, dialect: Dialect): Parameter[] {
  const many = (name: string, type: string, values: unknown[] | undefined): Parameter[] =>
    (values ?? []).map((value) => ({ name, [type]: value }));
  const one = (name: string, type: string, value: unknown): Parameter[] =>
    value === undefined ? [] : [{ name, [type]: value }];
  const references = request.patient?.map((reference) => ({ reference }));
  // Version 4 made a Coding of what had been a code.
  const associated: Parameter[] =
    dialect === "post"
      ? many(
          "includeAssociatedData",
          "valueCoding",
          request.include_associated_data?.map((code) => ({ code })),
        )
      : many("includeAssociatedData", "valueCode", request.include_associated_data);
  return [
    ...many("_type", "valueString", request.resource_types),
    ...many("_typeFilter", "valueString", escaped(request.type_filter)),
    ...many("_elements", "valueString", request.elements),
    ...many("patient", "valueReference", references),
    ...associated,
    ...one("_outputFormat", "valueString", request.output_format),
    ...one("_since", "valueInstant", request.since),
    ...one("_until", "valueInstant", request.until),
    ...one("organizeOutputBy", "valueString", request.organize_output_by),
    ...one("allowPartialManifests", "valueBoolean", request.allow_partial_manifests),
  ];
}
