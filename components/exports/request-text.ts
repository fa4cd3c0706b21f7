import type { ExportRequest } from "@/lib/contract/export-request";

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
