import { searchParameters } from "./capability";
import type { FaultSettings } from "./fault-settings";
import type { SandboxGroup } from "./groups";
import type { Population } from "./population/population";
import { isInside, type Window, writeAt } from "./population/presence";
import { isSharedType, type PatientType, type ResourceType } from "./population/resource-types";
import { countOf } from "./population/write-resource";
import { BadSearch, resourceTest, windowOf } from "./resource-filter";

const largestPage = 1_000;
const usualPage = 100;

/** Where a page begins: position among the owners, and the resource number of the first owner. */
interface Cursor {
  owner: number;
  n: number;
}

interface Owner {
  group: SandboxGroup;
  /** null: the resources that the group shares. */
  index: number | null;
}

function ownersOf(
  population: Population,
  type: ResourceType,
  patients: string[] | null,
): {
  size: number;
  at(position: number): Owner;
} {
  if (patients) {
    const list: Owner[] = [];
    for (const id of new Set(patients)) {
      const found = population.find(id);
      if (found?.type === "Patient") list.push({ group: found.group, index: found.owner });
    }
    return { size: list.length, at: (position) => list[position] as Owner };
  }
  if (isSharedType(type))
    return {
      size: population.groups.length,
      at: (position) => ({ group: population.groups[position] as SandboxGroup, index: null }),
    };
  return {
    size: population.groups.reduce((sum, group) => sum + group.size, 0),
    at(position) {
      let left = position;
      for (const group of population.groups) {
        if (left < group.size) return { group, index: left };
        left -= group.size;
      }
      throw new RangeError(`no owner ${position}`);
    },
  };
}

/** A search as it came. */
export interface SearchRequest {
  type: ResourceType;
  fhirBaseUrl: string;
  query: URLSearchParams;
  /** `Prefer: handling=strict`. */
  strict: boolean;
  faults: FaultSettings;
  /** The server's clock, see Faults.present. */
  present: Pick<Window, "now" | "deletedShare">;
  /** Ids of a group's patients. */
  membersOf(groupId: string): string[];
}

const memberSearch = "_has:Group:member:_id";

/** The parameters that the server obeys. */
function obeyed({ type, query, strict, faults }: SearchRequest): URLSearchParams {
  const known = ["_id", "_lastUpdated", "_count", "_page", ...(searchParameters[type] ?? [])];
  const used = new URLSearchParams();
  for (const [name, value] of query) {
    const plain = name === memberSearch ? name : (name.split(":")[0] as string);
    if (faults.searchIgnores?.includes(plain)) continue;
    if (faults.searchRefuses?.includes(plain))
      throw new BadSearch(`The search parameter "${plain}" is not supported for ${type}`);
    if (known.includes(plain) || (type === "Patient" && plain === memberSearch))
      used.append(plain, value);
    else if (strict) throw new BadSearch(`Unknown search parameter "${name}"`);
  }
  const demanded = faults.searchDemands?.[type];
  if (demanded && !demanded.some((name) => used.has(name)) && !used.has("_id"))
    throw new BadSearch(
      `A search of ${type} must have at least one of these parameters: ${demanded.join(", ")}`,
    );
  return used;
}

/** A page of found lines, and where the next one begins. */
interface Page {
  lines: string[];
  total: number | undefined;
  next: Cursor | null;
}

function pageByIds(
  population: Population,
  type: ResourceType,
  ids: Set<string>,
  limit: number,
  patients: string[],
  window: Window,
  test: ((line: string) => boolean) | null,
): Page {
  const lines: string[] = [];
  let total = 0;
  for (const id of ids) {
    const line = population.read(type, id, window);
    if (line === null || (test && !test(line))) continue;
    if (patients.length > 0 && !patients.some((patient) => line.includes(`Patient/${patient}"`)))
      continue;
    total += 1;
    if (lines.length < limit) lines.push(line);
  }
  return { lines, total, next: null };
}

function pageOf(
  population: Population,
  type: ResourceType,
  start: string,
  limit: number,
  patients: string[] | null,
  window: Window,
  test: ((line: string) => boolean) | null,
): Page {
  const lines: string[] = [];
  let next: Cursor | null = null;
  const match = /^(\d+)\.(\d+)$/.exec(start);
  if (!match) throw new BadSearch("Invalid _page");
  const from: Cursor = { owner: Number(match[1]), n: Number(match[2]) };
  const owners = ownersOf(population, type, patients);
  // A total is told where it is cheap: for patients named in the query, or when asked alone.
  const counting = patients !== null || limit === 0;
  let total = counting ? 0 : undefined;
  for (let position = counting ? 0 : from.owner; position < owners.size; position += 1) {
    const before = position < from.owner;
    const { group, index } = owners.at(position);
    const person = index === null || isSharedType(type) ? null : population.person(group, index);
    const all = person
      ? countOf(person, type as PatientType)
      : population.sharedCount(type as "Organization");
    for (let n = counting || position !== from.owner ? 0 : from.n; n < all; n += 1) {
      const inside = person
        ? isInside(person, type as PatientType, n, window)
        : population.sharedInside(window);
      if (!inside) continue;
      const line = person
        ? writeAt(person, type as PatientType, n, window)
        : population.sharedLine(group, type as "Organization", n);
      if (test && !test(line)) continue;
      if (total !== undefined) total += 1;
      if (before || (position === from.owner && n < from.n)) continue;
      if (lines.length < limit) lines.push(line);
      else next ??= { owner: position, n };
      if (next && !counting) break;
    }
    if (next && !counting) break;
  }
  return { lines, total, next: limit === 0 ? null : next };
}

const outcomeEntry =
  '{"resource":{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"informational","diagnostics":"Some results may be hidden"}]},"search":{"mode":"outcome"}}';

/**
 * `GET [base]/[type]?…` as the JSON text of a searchset Bundle, with a `next` link while there is
 * more (R4 http.html, paging). Unknown parameters are left out of the self link, or refused when
 * the client asked for strict handling.
 *
 * @param nextLink turns the link of the next page into the form that the server uses.
 */
export function search(
  population: Population,
  request: SearchRequest,
  nextLink: (url: string) => string = (url) => url,
): string {
  const { type, fhirBaseUrl, faults } = request;
  const used = obeyed(request);
  const list = (name: string) => used.getAll(name).flatMap((value) => value.split(","));
  const asked = used.get("_count");
  const count = asked === null ? usualPage : Number(asked);
  if (!Number.isInteger(count) || count < 0) throw new BadSearch(`Invalid _count "${asked}"`);
  const limit = Math.min(count, faults.largestPage ?? largestPage);
  const window = { ...windowOf(used.getAll("_lastUpdated")), ...request.present };
  const patients = [
    ...list("patient"),
    ...list("subject"),
    ...list(memberSearch).flatMap(request.membersOf),
  ].map((reference) => reference.replace(/^.*Patient\//, ""));
  const narrowed = ["patient", "subject", memberSearch].some((name) => used.has(name));
  const test = resourceTest(used);
  const { lines, total, next } = used.has("_id")
    ? pageByIds(population, type, new Set(list("_id")), limit, patients, window, test)
    : pageOf(
        population,
        type,
        used.get("_page") ?? "0.0",
        limit,
        narrowed ? patients : null,
        window,
        test,
      );
  const link = (cursor: Cursor | null, parameters: URLSearchParams) => {
    const url = new URL(`${fhirBaseUrl}/${type}`);
    for (const [name, value] of parameters)
      if (name !== "_page") url.searchParams.append(name, value);
    if (cursor) url.searchParams.set("_page", `${cursor.owner}.${cursor.n}`);
    return url.href;
  };
  const links = [
    { relation: "self", url: link(null, faults.selfLinkEchoes ? request.query : used) },
  ];
  // The same page again, for ever: what a client must notice.
  if (faults.nextLink === "loop") links.push({ relation: "next", url: `${link(null, used)}` });
  else if (next) links.push({ relation: "next", url: nextLink(link(next, used)) });
  const entries = lines.map((line) => {
    const id = /"id":"([^"]+)"/.exec(line)?.[1];
    return `{"fullUrl":"${fhirBaseUrl}/${type}/${id}","resource":${line},"search":{"mode":"match"}}`;
  });
  if (faults.searchOutcome) entries.push(outcomeEntry);
  const told = total === undefined || faults.noTotal ? "" : `,"total":${total}`;
  return `{"resourceType":"Bundle","type":"searchset"${told},"link":${JSON.stringify(links)}${entries.length ? `,"entry":[${entries.join(",")}]` : ""}}`;
}
