import type { Deps } from "@/lib/fhir/send";
import type { SearchServer } from "./ask-server";
import {
  type Batch,
  nothingLearned,
  readOne,
  type SearchScope,
  searchPatient,
  searchType,
} from "./search-patient";

/**
 * A piece of work that becomes one file: some patients' resources of a type, some resources by their
 * ids, or all of a type. Large enough that files do not cost more than searches, small enough that a
 * killed one is soon done again.
 */
export type SearchUnit = SearchScope & {
  type: string;
  by: "patient" | "id" | "all";
  /** of patients or of resources; none where `by` is all */
  ids: string[];
};

const scheme = "search:";

/** Is this the address of a unit, rather than of a server's file? */
export const isUnitUrl = (url: string): boolean => url.startsWith(scheme);

/** The unit as the address of its file, which says everything of it. */
export function unitUrl(unit: SearchUnit): string {
  const query = new URLSearchParams();
  if (unit.since) query.set("_since", unit.since);
  if (unit.until) query.set("_until", unit.until);
  for (const filter of unit.filters) query.append("_typeFilter", filter);
  const rest = query.toString();
  // Ids are the server's words, and some servers' have other characters than FHIR allows.
  const named = unit.ids.map(encodeURIComponent).join(",");
  const ids = unit.by === "all" ? "" : `${unit.by === "id" ? "_id" : "patient"}=${named}`;
  const text = [ids, rest].filter(Boolean).join("&");
  return `${scheme}${unit.type}${text ? `?${text}` : ""}`;
}

/** What `unitUrl` wrote. */
export function readUnit(url: string): SearchUnit {
  const [type = "", text = ""] = url.slice(scheme.length).split(/\?(.*)/s);
  const query = new URLSearchParams(text);
  const [, parameter, ids = ""] = /^(patient|_id)=([^&]*)/.exec(text) ?? [];
  return {
    type,
    by: parameter === "patient" ? "patient" : parameter === "_id" ? "id" : "all",
    ids: ids.split(",").filter(Boolean).map(decodeURIComponent),
    since: query.get("_since"),
    until: query.get("_until"),
    filters: query.getAll("_typeFilter"),
  };
}

/** How many patients of a unit are searched at a time; the server's Pace has the last word. */
const mostLanes = 4;

/**
 * Does a unit's searches, several patients at a time, and writes what they bring as NDJSON.
 * @returns body: its error is the AppError of the search that failed, and nothing of the unit counts
 *   then; announced: once the body has ended, how many lines the server said that there are, null
 *   where it did not say
 */
export function searchUnit(
  unit: SearchUnit,
  server: SearchServer,
  deps: Deps = {},
): { body: ReadableStream<Uint8Array>; announced: () => number | null } {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const encoder = new TextEncoder();
  const learned = nothingLearned();
  const waiting = [...unit.ids];
  const broken = new AbortController();
  const signal = server.signal ? AbortSignal.any([server.signal, broken.signal]) : broken.signal;
  const within: SearchServer = { ...server, signal };
  let announced: number | null = 0;

  const keep = async (batch: Batch) => {
    announced = announced === null || batch.announced === null ? null : announced + batch.announced;
    if (batch.lines.length === 0) return;
    await writer.ready;
    await writer.write(encoder.encode(`${batch.lines.join("\n")}\n`));
  };
  const lane = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      if (unit.by === "id") await keep(await readOne({ ...unit, id }, within, deps));
      else {
        const search = searchPatient({ ...unit, patientId: id, learned }, within, deps);
        for await (const batch of search) await keep(batch);
      }
    }
  };
  const whole = async () => {
    for await (const batch of searchType({ ...unit, learned }, within, deps)) await keep(batch);
  };
  const lanes =
    unit.by === "all"
      ? [whole()]
      : Array.from({ length: Math.min(mostLanes, waiting.length) }, lane);
  // The first failure is the unit's; the other lanes stop where they are.
  const stopped = lanes.map((running) =>
    running.catch((error) => {
      broken.abort(error);
      throw error;
    }),
  );
  Promise.all(stopped)
    .then(() => writer.close())
    .catch((error) => writer.abort(error).catch(() => {}));
  for (const running of stopped) running.catch(() => {});
  // Who stops reading stops the searches.
  writer.closed.catch((error) => broken.abort(error));
  // Asked for by one code after another, a count says nothing of resources that have none of them.
  return { body: readable, announced: () => (learned.demand ? null : announced) };
}
