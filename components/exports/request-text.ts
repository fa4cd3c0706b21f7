import type { ExportRequest } from "@/lib/contract/export-request";

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
}): string {
  const { request } = input;
  if (request.mode === "search") return searchText(input);
  const path = {
    system: "$export",
    patient: "Patient/$export",
    group: `Group/${input.groupId ?? "{id}"}/$export`,
  }[input.level];
  const parameters: [string, string | undefined][] = [
    ["_type", request.resource_types.join(",")],
    ["_since", request.since],
    ["_until", request.until],
    ["_typeFilter", request.type_filter?.join(",")],
    ["_elements", request.elements?.join(",")],
  ];
  const query = parameters.filter(([, value]) => value).map(([name, value]) => `${name}=${value}`);
  const post = request.method === "POST";
  const mark = (place: number) => (post ? " " : place === 0 ? "?" : "&");
  return [
    `${post ? "POST" : "GET"} ${input.fhirBaseUrl}/${path}`,
    ...query.map((part, place) => `    ${mark(place)}${part}`),
    `Prefer: respond-async${request.lenient ? ", handling=lenient" : ""}`,
  ].join("\n");
}
