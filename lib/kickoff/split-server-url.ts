import { webAddress } from "@/lib/fhir/web-address";

export type ServerUrl = {
  /** without trailing slash, query or fragment */
  fhirBaseUrl: string;
  level: "system" | "patient" | "group";
  groupId: string | null;
};

/**
 * What a person or script means by the address of a server: its base, or what is to be exported
 * there (`…/Group/{id}`, `…/Patient`), with or without `$export` at the end.
 * @throws AppError url-invalid
 */
export function splitServerUrl(text: string): ServerUrl {
  const url = webAddress(text);
  const parts = url.pathname.split("/").filter((part) => part !== "");
  if (/^(\$|%24)export$/i.test(parts.at(-1) ?? "")) parts.pop();
  if (parts.at(-1) === "metadata") parts.pop();
  const base = (kept: string[]) => [url.origin, ...kept].join("/");

  const [noun, id] = parts.slice(-2);
  if (noun === "Group" && id) {
    return { fhirBaseUrl: base(parts.slice(0, -2)), level: "group", groupId: decoded(id) };
  }
  if (parts.at(-1) === "Patient") {
    return { fhirBaseUrl: base(parts.slice(0, -1)), level: "patient", groupId: null };
  }
  return { fhirBaseUrl: base(parts), level: "system", groupId: null };
}

/**
 * The FHIR base that a status URL most likely belongs to: up to the last part of its path that is called
 * as bases are ("fhir", "R4"), else the host. Good enough to say whose export it is, not to search there.
 * @throws AppError url-invalid
 */
export function baseOfStatusUrl(statusUrl: string): string {
  const url = webAddress(statusUrl);
  const parts = url.pathname.split("/").filter((part) => part !== "");
  const last = parts.findLastIndex((part) => /^(fhir|r[3-6]b?|stu3|dstu2|baser4)$/i.test(part));
  return [url.origin, ...parts.slice(0, last + 1)].join("/");
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
