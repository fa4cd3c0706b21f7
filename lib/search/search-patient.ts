import { AppError } from "@/lib/errors";
import type { Json } from "@/lib/fhir/json";
import type { Deps } from "@/lib/fhir/send";
import { askServer, type SearchServer } from "./ask-server";
import { belongsTo } from "./belongs-to";
import { type BundlePage, bundlePages, type Found } from "./bundle-pages";
import { onOneLine } from "./entry-texts";
import { type Demand, demandOf, patientParameter } from "./search-parameters";

/** What to look for, of whomever. */
export type SearchScope = {
  /** instants, as in the export request: changed after `since`, before `until` */
  since: string | null;
  until: string | null;
  /** the queries of _typeFilter for this type; none: everything */
  filters: string[];
};

/** What was learned of a server's demands on the way; shared by searches of one type. */
export type Learned = { demand: Demand | null; noLastUpdated: boolean };

/** What is known of a server's demands before the first search. */
export const nothingLearned = (): Learned => ({ demand: null, noLastUpdated: false });

export type Batch = {
  /** one resource each, as the server wrote it */
  lines: string[];
  /**
   * What the server's count adds to the number of lines that must come: with the first page all of the
   * search (null: it does not count), with every page less those that lie beyond the edges of the time
   */
  announced: number | null;
};

type Query = [name: string, value: string][];

const perPage = "250";

/**
 * One patient's resources of a type: `GET [base]/[type]?patient=…`, page by page. A Patient is read.
 * Where the server demands more (Observation by category, MedicationRequest by intent), it is asked
 * once for each code; what comes twice that way is a duplicate, and the loader counts it. Where it does
 * not know `_lastUpdated`, the dates are compared here.
 * @throws AppError search-ignored where the server sends resources of others; search-refused,
 *   search-invalid; as `askServer`
 */
export async function* searchPatient(
  input: SearchScope & { type: string; patientId: string; learned: Learned },
  server: SearchServer,
  deps: Deps = {},
): AsyncGenerator<Batch> {
  const { type, patientId, learned } = input;
  if (type === "Patient" && input.filters.length === 0) {
    yield await readOne({ ...input, id: patientId }, server, deps);
    return;
  }
  const own: Query = [patientParameter(type, patientId)];
  for (const filter of input.filters.length > 0 ? input.filters : [""]) {
    const query: Query = [...own, ...new URLSearchParams(filter)];
    for await (const page of asDemanded({ ...input, query, learned }, server, deps)) {
      const stranger = page.found.find(({ resource }) => !isTheirs(resource, type, patientId));
      if (stranger) {
        const [parameter] = patientParameter(type, patientId);
        throw new AppError("search-ignored", { type, parameter });
      }
      yield within(page.found, page.total, input);
    }
  }
}

/** What is of another type than asked for is refused line by line when it is loaded. */
const isTheirs = (resource: Json, type: string, patientId: string) =>
  resource.resourceType !== type || belongsTo(patientId, resource);

/**
 * Everything of a type, whoever's it is (an export of the whole system).
 * @throws AppError as `searchPatient`
 */
export async function* searchType(
  input: SearchScope & { type: string; learned: Learned },
  server: SearchServer,
  deps: Deps = {},
): AsyncGenerator<Batch> {
  for (const filter of input.filters.length > 0 ? input.filters : [""]) {
    const query: Query = [...new URLSearchParams(filter)];
    for await (const page of asDemanded({ ...input, query }, server, deps)) {
      yield within(page.found, page.total, input);
    }
  }
}

/**
 * One resource by its id. One that was deleted (410) is nobody's loss; one that is not there (404) was
 * announced all the same, by whoever refers to it.
 * @throws AppError as `askServer`
 */
export async function readOne(
  input: SearchScope & { type: string; id: string },
  server: SearchServer,
  deps: Deps = {},
): Promise<Batch> {
  const { type, id } = input;
  try {
    const url = `${server.fhirBaseUrl}/${type}/${encodeURIComponent(id)}`;
    const { json, text } = await askServer(server, url, deps);
    if (json.resourceType !== type || json.id !== id) {
      throw new AppError("search-ignored", { type, parameter: "id" });
    }
    return within([{ resource: json, text: onOneLine(text.trim()) }], 1, input);
  } catch (error) {
    const status = error instanceof AppError && error.code === "search-refused";
    const gone = status ? Number(error.params.status) : null;
    if (gone === 404 || gone === 410) return { lines: [], announced: gone === 404 ? 1 : 0 };
    throw error;
  }
}

/** The pages of a query, once for each code where the server wants one. */
async function* asDemanded(
  input: SearchScope & { type: string; query: Query; learned: Learned },
  server: SearchServer,
  deps: Deps,
): AsyncGenerator<BundlePage> {
  const { type, query, learned } = input;
  const present = query.map(([name]) => name);
  const demand = learned.demand;
  if (demand && !present.includes(demand.parameter)) {
    let refused: unknown;
    let answers = 0;
    for (const value of demand.values) {
      const narrowed: Query = [...query, [demand.parameter, value]];
      let began = false;
      try {
        for await (const page of dated({ ...input, query: narrowed }, server, deps)) {
          began = true;
          yield page;
        }
        answers += 1;
      } catch (error) {
        // A code that the server does not know is one that nothing of it has. A later page that is refused
        // says something else: the rest of what there is would be lost.
        if (began || !isRefusal(error) || answersNothing(error)) throw error;
        refused = error;
      }
    }
    if (answers === 0) throw refused;
    return;
  }
  let began = false;
  try {
    for await (const page of dated(input, server, deps)) {
      began = true;
      yield page;
    }
  } catch (error) {
    const wanted =
      !began && isRefusal(error) && demandOf(type, String(error.params.reason), present);
    if (!wanted) throw error;
    learned.demand = wanted;
    yield* asDemanded(input, server, deps);
  }
}

/** The pages of a query with _lastUpdated, or without where the server does not know that. */
async function* dated(
  input: SearchScope & { type: string; query: Query; learned: Learned },
  server: SearchServer,
  deps: Deps,
): AsyncGenerator<BundlePage> {
  const { type, since, until, learned } = input;
  const base = `${server.fhirBaseUrl}/${type}?`;
  const window: Query = [];
  // The edges are the server's to round, so they come along, and `within` is exact.
  if (since) window.push(["_lastUpdated", `ge${since}`]);
  if (until) window.push(["_lastUpdated", `le${until}`]);
  const urlOf = (query: Query) => base + new URLSearchParams([...query, ["_count", perPage]]);
  if (window.length === 0 || learned.noLastUpdated) {
    yield* bundlePages(server, urlOf(input.query), deps);
    return;
  }
  try {
    for await (const page of bundlePages(server, urlOf([...input.query, ...window]), deps))
      yield page;
  } catch (error) {
    if (!isRefusal(error) || !/_lastUpdated/i.test(String(error.params.reason))) throw error;
    learned.noLastUpdated = true;
    yield* bundlePages(server, urlOf(input.query), deps);
  }
}

const isRefusal = (error: unknown): error is AppError =>
  error instanceof AppError && error.code === "search-refused";

/** The server has no such search at all, whatever the code. */
const answersNothing = (error: AppError) => [404, 405, 501].includes(Number(error.params.status));

/** What changed within the export's time; what bears no date may have. */
function within(found: Found[], total: number | null, { since, until }: SearchScope): Batch {
  const after = since === null ? null : Date.parse(since);
  const before = until === null ? null : Date.parse(until);
  const lines: string[] = [];
  for (const { resource, text } of found) {
    const meta = resource.meta as Json | undefined;
    const at = typeof meta?.lastUpdated === "string" ? Date.parse(meta.lastUpdated) : Number.NaN;
    if ((after !== null && at <= after) || (before !== null && at >= before)) continue;
    lines.push(text);
  }
  const beyond = found.length - lines.length;
  return { lines, announced: total === null ? null : total - beyond };
}
