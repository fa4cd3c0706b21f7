import type { Dialect, ExportRequest } from "@/lib/contract/export-request";

/** The searches as a person reads them: what search/ asks for each patient. */
function searchText({
  fhirBaseUrl,
  level,
  groupId,
  request,
}: Parameters<typeof requestText>[0]): string {
  const members = {
    system: [],
    patient: [`GET ${fhirBaseUrl}/Patient?_elements=id`],
    group: [`GET ${fhirBaseUrl}/Group/${groupId ?? "{id}"}`],
  }[level];
  const types = request.resource_types.length > 0 ? request.resource_types : ["{type}"];
  const changed = [
    ...(request.since ? [`_lastUpdated=ge${request.since}`] : []),
    ...(request.until ? [`_lastUpdated=le${request.until}`] : []),
  ];
  const searches = types.map((type) => {
    if (level !== "system" && type === "Patient") return `GET ${fhirBaseUrl}/Patient/{id}`;
    const query = [...(level === "system" ? [] : ["patient={id}"]), ...changed].join("&");
    return `GET ${fhirBaseUrl}/${type}${query ? `?${query}` : ""}`;
  });
  return [...members, ...searches].join("\n");
}

/**
 * The kick-off request as a person reads it: what kickoff/ sends, with nothing percent-encoded
 * (Bulk Data Access, Query Parameters).
 */
export function requestText(input: {
  fhirBaseUrl: string;
  level: "group" | "patient" | "system";
  groupId: string | null;
  request: ExportRequest;
  /** as the connection knows it; null: what an unknown server gets */
  dialect?: Dialect | null;
}): string {
  const { request } = input;
  if (request.mode === "search") return searchText(input);
  const dialect = input.dialect ?? "mixed";
  const path = {
    system: "$export",
    patient: "Patient/$export",
    group: `Group/${input.groupId ?? "{id}"}/$export`,
  }[input.level];
  const post =
    Boolean(request.patient?.length) ||
    (request.method ? request.method === "POST" : dialect === "post");
  // Parameters repeat what is a list; a query does as the server wants it.
  const list = (name: string, values: string[] = []): string[] => {
    if (values.length === 0) return [];
    const repeated =
      post || dialect === "repeat" || (dialect !== "comma" && name === "_typeFilter");
    return repeated ? values.map((value) => `${name}=${value}`) : [`${name}=${values.join(",")}`];
  };
  const one = (name: string, value: string | boolean | undefined): string[] =>
    value === undefined ? [] : [`${name}=${value}`];
  const query = [
    ...list("_type", request.resource_types),
    ...one("_since", request.since),
    ...one("_until", request.until),
    ...list("_typeFilter", request.type_filter),
    ...list("_elements", request.elements),
    ...list("patient", request.patient),
    ...list("includeAssociatedData", request.include_associated_data),
    ...one("_outputFormat", request.output_format),
    ...one("organizeOutputBy", request.organize_output_by),
    ...one("allowPartialManifests", request.allow_partial_manifests),
  ];
  const mark = (place: number) => (post ? " " : place === 0 ? "?" : "&");
  return [
    `${post ? "POST" : "GET"} ${input.fhirBaseUrl}/${path}`,
    ...query.map((part, place) => `    ${mark(place)}${part}`),
    `Prefer: respond-async${request.lenient ? ", handling=lenient" : ""}`,
  ].join("\n");
}
