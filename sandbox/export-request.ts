import type { FaultSettings } from "./fault-settings";
import type { Window } from "./population/presence";
import { BadSearch } from "./resource-filter";
import { readTypeFilter, type TypeFilter } from "./selection";

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
  types: string[] | null;
  window: Window;
  /** `_since` was given. */
  incremental: boolean;
  filters: TypeFilter[];
  /** Root elements to keep, per type ("*": any type). */
  elements: Map<string, Set<string>> | null;
  /** Ids of the patients asked for; null: all. */
  patients: string[] | null;
  byPatient: boolean;
  partialManifests: boolean;
  provenance: boolean;
  separateStatus: boolean;
  /** Parameters accepted but not obeyed; told in an OperationOutcome of the manifest. */
  ignored: string[];
}

const formats = ["application/fhir+ndjson", "application/ndjson", "ndjson"];
const instant =
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$|^\d{4}(-\d{2}(-\d{2})?)?$/;

const v1 = ["_outputFormat", "_since", "_type", "_typeFilter"];
const v2 = [...v1, "_elements", "patient", "includeAssociatedData"];
const v3 = [...v2, "_until", "organizeOutputBy", "allowPartialManifests"];
const parametersOf = { v1, v2, v3, v4: v3 };
/** Parameters that are lists. In a POST, `_typeFilter` is never split: its queries hold commas. */
const lists = ["_type", "_elements", "patient", "includeAssociatedData"];

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
    const part = value as { reference?: string; code?: string } | null | undefined;
    const text =
      typeof value === "object" ? String(part?.reference ?? part?.code ?? "") : String(value ?? "");
    return [parameter.name ?? "", text];
  });
}

function moment(name: string, text: string): number {
  const at = instant.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new BadKickOff(`Invalid ${name} parameter "${text}"`);
  return at;
}

/** Refuses the form of lists that the server does not take. */
function checkLists(parameters: Parameters, taken: "repeated" | "comma"): void {
  const seen = new Set<string>();
  for (const [name, value] of parameters) {
    if (!lists.includes(name)) continue;
    if (taken === "repeated" && value.includes(","))
      throw new BadKickOff(`"${name}" must be repeated, not a list with commas`);
    if (taken === "comma" && seen.has(name))
      throw new BadKickOff(`"${name}" must come once, as a list with commas`);
    seen.add(name);
  }
}

function readFilters(text: string): TypeFilter[] {
  // Version 2 joins filters with commas too: a comma before `Type?` begins the next one.
  return text.split(/,(?=[A-Z][A-Za-z]+\?)/).map((one) => {
    try {
      return readTypeFilter(one);
    } catch (error) {
      if (error instanceof BadSearch) throw new BadKickOff(error.message);
      throw error;
    }
  });
}

/**
 * Checks a kick-off's headers and parameters (Bulk Data 2.0.0 and 3.0.0, "Bulk Data Kick-off
 * Request"): unless a dialect is set, repeats and comma lists mean the same.
 *
 * @param has whether the server has a type.
 * @throws BadKickOff with the words for an OperationOutcome.
 */
export function readExportRequest(
  level: "system" | "patient" | "group",
  method: string,
  headers: Headers,
  parameters: Parameters,
  has: (type: string) => boolean,
  faults: FaultSettings,
): ExportRequest {
  const { dialect } = faults;
  const onlyMethod = faults.kickoffMethod ?? { v1: "GET", v4: "POST" }[dialect as string];
  if (onlyMethod && method !== onlyMethod)
    throw new BadKickOff(`Kick-off with ${method} is not supported, use ${onlyMethod}`, 405);
  const accept = headers.get("accept");
  if (accept && !/application\/(fhir\+)?json|\*\/\*|application\/\*/.test(accept))
    throw new BadKickOff("The Accept header must be application/fhir+json");
  const prefer = headers.get("prefer") ?? "";
  if (!/\brespond-async\b/.test(prefer))
    throw new BadKickOff("The Prefer header must be respond-async");
  const lenient = /handling\s*=\s*lenient/.test(prefer);
  const taken = faults.lists ?? (dialect === "v4" ? "repeated" : undefined);
  if (taken) checkLists(parameters, taken);

  const known = parametersOf[dialect ?? "v3"];
  const unheeded = [...(faults.kickoffIgnores ?? []), ...(faults.kickoffIgnoresSilently ?? [])];
  const ignored: string[] = [];
  const ignore = (what: string) => {
    if (!ignored.includes(what)) ignored.push(what);
  };
  const obeyed = parameters.filter(([name]) => {
    if (unheeded.includes(name)) {
      if (faults.kickoffIgnores?.includes(name)) ignore(name);
      return false;
    }
    if (known.includes(name) && !faults.kickoffRefuses?.includes(name)) return true;
    if (!lenient) throw new BadKickOff(`The parameter "${name}" is not supported by this server`);
    ignore(name);
    return false;
  });
  const list = (name: string) =>
    obeyed
      .filter(([key]) => key === name)
      .flatMap(([, value]) => value.split(","))
      .map((value) => value.trim())
      .filter(Boolean);
  const last = (name: string) => obeyed.findLast(([key]) => key === name)?.[1];

  const format = last("_outputFormat");
  if (format !== undefined && !formats.includes(format.replaceAll(" ", "+")))
    throw new BadKickOff(`The requested output format "${format}" is not supported`);

  const types = [...new Set(list("_type"))];
  for (const type of types.filter((one) => !has(one))) {
    if (!lenient)
      throw new BadKickOff(`The requested resource type "${type}" is not available on this server`);
    ignore(`_type=${type}`);
  }

  const window: Window = { from: -Infinity, to: Infinity };
  const since = last("_since");
  // "changed after": the moment itself is not meant.
  if (since !== undefined) window.from = moment("_since", since) + 1;
  const until = last("_until");
  if (until !== undefined) window.to = moment("_until", until);

  let elements: ExportRequest["elements"] = null;
  for (const element of list("_elements")) {
    elements ??= new Map();
    const [type, name] = element.includes(".")
      ? (element.split(".", 2) as [string, string])
      : ["*", element];
    const set = elements.get(type) ?? new Set();
    elements.set(type, set.add(name));
  }

  const patients = list("patient");
  if (patients.length > 0 && level === "system")
    throw new BadKickOff('The "patient" parameter cannot be used in system-level exports');
  if (patients.length > 0 && method !== "POST")
    throw new BadKickOff('The "patient" parameter is only available with POST');

  const organize = last("organizeOutputBy");
  if (organize !== undefined && organize !== "Patient") {
    if (!lenient) throw new BadKickOff(`Output cannot be organized by "${organize}"`);
    ignore("organizeOutputBy");
  }
  const associated = list("includeAssociatedData");
  for (const one of associated)
    if (!["LatestProvenanceResources", "RelevantProvenanceResources"].includes(one)) {
      if (!lenient) throw new BadKickOff(`Unknown includeAssociatedData "${one}"`);
      ignore(`includeAssociatedData=${one}`);
    }

  const newStatus = dialect === undefined || dialect === "v3" || dialect === "v4";
  return {
    types: types.length > 0 ? types.filter(has) : null,
    window,
    incremental: since !== undefined,
    filters: obeyed.flatMap(([name, value]) => (name === "_typeFilter" ? readFilters(value) : [])),
    elements,
    patients:
      patients.length > 0
        ? patients.map((reference) => reference.replace(/^.*Patient\//, ""))
        : null,
    byPatient: organize === "Patient",
    partialManifests: last("allowPartialManifests") === "true",
    provenance: associated.some((one) => one.endsWith("ProvenanceResources")),
    separateStatus:
      faults.separateStatus === "always" ||
      (faults.separateStatus !== "never" && newStatus && /\bseparate-export-status\b/.test(prefer)),
    ignored,
  };
}
