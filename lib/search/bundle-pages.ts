import { AppError } from "@/lib/errors";
import { isObject, type Json, objects } from "@/lib/fhir/json";
import type { Deps } from "@/lib/fhir/send";
import { keepTls } from "@/lib/fhir/web-address";
import { askServer, type SearchServer } from "./ask-server";
import { entryTexts } from "./entry-texts";

export type Found = {
  resource: Json;
  /** as the server wrote it, on one line */
  text: string;
};

export type BundlePage = {
  found: Found[];
  /** with the first page how many the whole search has, null where the server does not tell; then 0 */
  total: number | null;
  /** the server's clock */
  date: Date | null;
};

const mostPages = 100_000;

/**
 * The pages of one search (FHIR R4, RESTful API, Paging): `next` links are followed as they are until
 * there is none. Matches alone: what a server tells about the search (`search.mode` outcome) and what
 * it adds (include) are left out.
 * @param url absolute, of the first page
 * @throws AppError search-invalid (no searchset Bundle, `next` at another host, `next` without end);
 *   as `askServer`
 */
export async function* bundlePages(
  server: SearchServer,
  url: string,
  deps: Deps = {},
): AsyncGenerator<BundlePage> {
  const visited = new Set<string>();
  let next: string | null = url;
  while (next !== null) {
    if (visited.has(next) || visited.size === mostPages) throw invalid("endless");
    visited.add(next);
    const first = visited.size === 1;
    const { json, text, date } = await askServer(server, next, deps, { search: true });
    if (json.resourceType !== "Bundle") throw invalid("not_bundle");
    const told = Number.isInteger(json.total) ? (json.total as number) : null;
    yield {
      found: matchesOf(json, text),
      total: first ? told : 0,
      date,
    };
    next = nextOf(json, next);
  }
}

const invalid = (reason: string) => new AppError("search-invalid", { reason });

function matchesOf(bundle: Json, text: string): Found[] {
  const entries = objects(bundle.entry).filter(({ resource }) => isObject(resource));
  const texts = entryTexts(text);
  const found: Found[] = [];
  for (const [place, { resource, search }] of entries.entries()) {
    const mode = isObject(search) ? search.mode : undefined;
    if (mode === "outcome" || mode === "include") continue;
    if ((resource as Json).resourceType === "OperationOutcome") continue;
    // Keys that stand twice in an entry would upset the count.
    const own = texts.length === entries.length ? texts[place] : undefined;
    found.push({ resource: resource as Json, text: own ?? JSON.stringify(resource) });
  }
  return found;
}

/** The token goes along, so a next page on another origin is refused. */
function nextOf(bundle: Json, url: string): string | null {
  const link = objects(bundle.link).find((one) => one.relation === "next")?.url;
  if (typeof link !== "string" || link === "") return null;
  const next = URL.canParse(link, url) ? keepTls(new URL(link, url), url) : null;
  if (next?.origin !== new URL(url).origin) throw invalid("next_elsewhere");
  return next.href;
}
