import type { Window } from "./population/presence";

/** A search or filter that cannot be done: the text goes into an OperationOutcome. */
export class BadSearch extends Error {}

/** The element behind a search parameter, where the names differ. */
const elementOf: Record<string, string> = { "clinical-status": "clinicalStatus" };
const tokenParameters = [
  "code",
  "category",
  "status",
  "intent",
  "gender",
  "class",
  "clinical-status",
] as const;
/** Parameters that `_typeFilter` may use, beside _id and _lastUpdated. */
export const filterParameters: readonly string[] = [...tokenParameters, "date"];

/** Whether every moment of `prefix + date` is inside [from, to) (R4 search, "Prefixes"). */
function narrow(window: Window, name: string, value: string): void {
  const match = /^(eq|ge|gt|le|lt|sa|eb)?(\d{4}.*)$/.exec(value);
  const at = match ? Date.parse((match[2] as string).replace(" ", "+")) : Number.NaN;
  if (!match || Number.isNaN(at)) throw new BadSearch(`Invalid ${name} value "${value}"`);
  // A date without a time means the whole day.
  const length = /T/.test(value) ? 1 : 86_400_000;
  const prefix = match[1] ?? "eq";
  if (prefix === "ge" || prefix === "eq") window.from = Math.max(window.from, at);
  if (prefix === "gt" || prefix === "sa") window.from = Math.max(window.from, at + length);
  if (prefix === "lt" || prefix === "eb") window.to = Math.min(window.to, at);
  if (prefix === "le" || prefix === "eq") window.to = Math.min(window.to, at + length);
}

/** The window of `_lastUpdated=ge…&_lastUpdated=lt…` (R4 search, prefixes). */
export function windowOf(values: string[], name = "_lastUpdated"): Window {
  const window = { from: -Infinity, to: Infinity };
  for (const value of values) narrow(window, name, value);
  return window;
}

type Coding = { system?: string; code?: string };
type Concept = Coding & { coding?: Coding[] };

function hasToken(concepts: unknown, wanted: string[]): boolean {
  const list = (Array.isArray(concepts) ? concepts : [concepts]) as Concept[];
  return list.some((concept) =>
    [concept, ...(concept?.coding ?? [])].some((coding) =>
      wanted.some(
        (token) => token === coding?.code || token === `${coding?.system}|${coding?.code}`,
      ),
    ),
  );
}

function clinicalDate(resource: Record<string, unknown>): number {
  const { effectiveDateTime, authoredOn, onsetDateTime, occurrenceDateTime, recordedDate, date } =
    resource;
  const start = (resource.period ?? resource.performedPeriod) as { start?: string } | undefined;
  const text =
    effectiveDateTime ??
    start?.start ??
    authoredOn ??
    onsetDateTime ??
    occurrenceDateTime ??
    recordedDate ??
    date;
  return Date.parse(String(text));
}

/**
 * What tokens (code, category, status, …) and `date` of a query ask of a resource: a test of its
 * line. null when the query asks nothing of the kind.
 */
export function resourceTest(query: URLSearchParams): ((line: string) => boolean) | null {
  const tokens = new Map<string, string[]>();
  for (const name of tokenParameters)
    if (query.has(name))
      tokens.set(
        name,
        query.getAll(name).flatMap((value) => value.split(",")),
      );
  const dates = query.has("date") ? windowOf(query.getAll("date"), "date") : null;
  if (tokens.size === 0 && !dates) return null;
  return (line) => {
    const resource = JSON.parse(line) as Record<string, unknown>;
    for (const [name, wanted] of tokens) {
      const value =
        name === "code"
          ? (resource.code ?? resource.medicationCodeableConcept)
          : resource[elementOf[name] ?? name];
      const passed = typeof value === "string" ? wanted.includes(value) : hasToken(value, wanted);
      if (!passed) return false;
    }
    if (!dates) return true;
    const at = clinicalDate(resource);
    return at >= dates.from && at < dates.to;
  };
}
