import type { Window } from "./population/population";
import { isResourceType, type ResourceType } from "./population/resource-types";

/** The parameters of a kick-off, as [name, value] pairs however they came. */
export type Parameters = [name: string, value: string][];

/** A kick-off that cannot be accepted: the text goes into an OperationOutcome. */
export class BadKickOff extends Error {
  constructor(
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/** A kick-off understood. */
export interface ExportRequest {
  /** null: every type. */
  types: ResourceType[] | null;
  window: Window;
  /** Root elements to keep, per type ("*": any type). */
  elements: Map<string, Set<string>> | null;
  /** Ids of the patients asked for; null: all. */
  patients: string[] | null;
  /** Parameters accepted but not obeyed; told in an OperationOutcome of the manifest. */
  ignored: string[];
}

const formats = ["application/fhir+ndjson", "application/ndjson", "ndjson"];
const instant =
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$|^\d{4}(-\d{2}(-\d{2})?)?$/;
const ignorable = [
  "_typeFilter",
  "includeAssociatedData",
  "organizeOutputBy",
  "allowPartialManifests",
];

/** Pairs from a FHIR Parameters resource (POST kick-off). */
export function readParameters(body: unknown): Parameters {
  const resource = body as {
    resourceType?: string;
    parameter?: ({ name?: string } & Record<string, unknown>)[];
  };
  if (resource?.resourceType !== "Parameters")
    throw new BadKickOff("The body of the kick-off must be a Parameters resource");
  return (resource.parameter ?? []).map((parameter) => {
    const key = Object.keys(parameter).find((name) => name.startsWith("value"));
    const value = key ? parameter[key] : undefined;
    const text =
      typeof value === "object" && value !== null && "reference" in value
        ? String(value.reference)
        : String(value ?? "");
    return [parameter.name ?? "", text];
  });
}

function moment(name: string, text: string): number {
  const at = instant.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new BadKickOff(`Invalid ${name} parameter "${text}"`);
  return at;
}

/**
 * Checks a kick-off's headers and parameters (Bulk Data 2.0.0 and 3.0.0, "Bulk Data Kick-off
 * Request"): repeats and comma lists mean the same.
 *
 * @throws BadKickOff with the words for an OperationOutcome.
 */
export function readExportRequest(
  level: "system" | "patient" | "group",
  method: string,
  headers: Headers,
  parameters: Parameters,
): ExportRequest {
  const accept = headers.get("accept");
  if (accept && !/application\/(fhir\+)?json|\*\/\*|application\/\*/.test(accept))
    throw new BadKickOff("The Accept header must be application/fhir+json");
  const prefer = headers.get("prefer") ?? "";
  if (!/\brespond-async\b/.test(prefer))
    throw new BadKickOff("The Prefer header must be respond-async");
  const lenient = /handling\s*=\s*lenient/.test(prefer);

  const lists = (name: string) =>
    parameters
      .filter(([key]) => key === name)
      .flatMap(([, value]) => value.split(","))
      .map((value) => value.trim())
      .filter(Boolean);
  const last = (name: string) => parameters.findLast(([key]) => key === name)?.[1];

  const request: ExportRequest = {
    types: null,
    window: { from: -Infinity, to: Infinity },
    elements: null,
    patients: null,
    ignored: [],
  };
  for (const [name] of parameters) {
    if (["_type", "_since", "_until", "_elements", "_outputFormat", "patient"].includes(name))
      continue;
    if (!ignorable.includes(name) && !lenient)
      throw new BadKickOff(`The parameter "${name}" is not supported by this server`);
    if (!request.ignored.includes(name)) request.ignored.push(name);
  }

  const format = last("_outputFormat");
  if (format !== undefined && !formats.includes(format.replaceAll(" ", "+")))
    throw new BadKickOff(`The requested output format "${format}" is not supported`);

  const types = [...new Set(lists("_type"))];
  if (types.length > 0) {
    const unknown = types.find((type) => !isResourceType(type));
    if (unknown !== undefined && !lenient)
      throw new BadKickOff(
        `The requested resource type "${unknown}" is not available on this server`,
      );
    if (unknown !== undefined) request.ignored.push(`_type=${unknown}`);
    request.types = types.filter(isResourceType);
  }

  const since = last("_since");
  // "changed after": the moment itself is not meant.
  if (since !== undefined) request.window.from = moment("_since", since) + 1;
  const until = last("_until");
  if (until !== undefined) request.window.to = moment("_until", until);

  const elements = lists("_elements");
  if (elements.length > 0) {
    request.elements = new Map();
    for (const element of elements) {
      const [type, name] = element.includes(".")
        ? (element.split(".", 2) as [string, string])
        : ["*", element];
      const set = request.elements.get(type) ?? new Set();
      request.elements.set(type, set.add(name));
    }
  }

  const patients = lists("patient");
  if (patients.length > 0) {
    if (level === "system")
      throw new BadKickOff('The "patient" parameter cannot be used in system-level exports');
    if (method !== "POST")
      throw new BadKickOff('The "patient" parameter is only available with POST');
    request.patients = patients.map((reference) => reference.replace(/^.*Patient\//, ""));
  }
  return request;
}
