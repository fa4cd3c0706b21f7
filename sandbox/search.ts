import { searchParameters } from "./capability";
import type { SandboxGroup } from "./groups";
import type { Population, Window } from "./population/population";
import { isSharedType, type ResourceType } from "./population/resource-types";
import { countOf, updatedAt, writeResource } from "./population/write-resource";

/** A search that cannot be done: the text goes into an OperationOutcome. */
export class BadSearch extends Error {}

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

/** The window of `_lastUpdated=ge…&_lastUpdated=lt…` (R4 search, prefixes). */
function windowOf(values: string[]): Window {
  const window: Window = { from: -Infinity, to: Infinity };
  for (const value of values) {
    const match = /^(eq|ge|gt|le|lt|sa|eb)?(\d{4}.*)$/.exec(value);
    const at = match ? Date.parse((match[2] as string).replace(" ", "+")) : Number.NaN;
    if (!match || Number.isNaN(at)) throw new BadSearch(`Invalid _lastUpdated value "${value}"`);
    // A date without a time means the whole day.
    const length = /T/.test(value) ? 1 : 86_400_000;
    const prefix = match[1] ?? "eq";
    if (prefix === "ge" || prefix === "eq") window.from = Math.max(window.from, at);
    if (prefix === "gt" || prefix === "sa") window.from = Math.max(window.from, at + length);
    if (prefix === "lt" || prefix === "eb") window.to = Math.min(window.to, at);
    if (prefix === "le" || prefix === "eq") window.to = Math.min(window.to, at + length);
  }
  return window;
}

type Codings = { coding?: { system?: string; code?: string }[] };

function hasToken(concepts: unknown, wanted: string[]): boolean {
  const list = (Array.isArray(concepts) ? concepts : [concepts]) as Codings[];
  return list.some((concept) =>
    concept?.coding?.some(({ system, code }) =>
      wanted.some((token) => token === code || token === `${system}|${code}`),
    ),
  );
}

/** Whether a resource passes `code`, `category`, `status` and `intent`. */
function passes(line: string, tokens: Map<string, string[]>): boolean {
  if (tokens.size === 0) return true;
  const resource = JSON.parse(line) as Record<string, unknown>;
  for (const [name, wanted] of tokens) {
    const value =
      name === "code" ? (resource.code ?? resource.medicationCodeableConcept) : resource[name];
    const passed = typeof value === "string" ? wanted.includes(value) : hasToken(value, wanted);
    if (!passed) return false;
  }
  return true;
}

/**
 * `GET [base]/[type]?…` as the JSON text of a searchset Bundle, with a `next` link while there is
 * more (R4 http.html, paging). Unknown parameters are left out of the self link, or refused when
 * the client asked for strict handling.
 */
export function search(
  population: Population,
  type: ResourceType,
  fhirBaseUrl: string,
  query: URLSearchParams,
  strict: boolean,
): string {
  const known = ["_id", "_lastUpdated", "_count", "_page", ...(searchParameters[type] ?? [])];
  const used = new URLSearchParams();
  for (const [name, value] of query) {
    const plain = name.split(":")[0] as string;
    if (known.includes(plain)) used.append(plain, value);
    else if (strict) throw new BadSearch(`Unknown search parameter "${name}"`);
  }
  const list = (name: string) => used.getAll(name).flatMap((value) => value.split(","));
  const asked = used.get("_count");
  const count = asked === null ? usualPage : Number(asked);
  if (!Number.isInteger(count) || count < 0) throw new BadSearch(`Invalid _count "${asked}"`);
  const limit = Math.min(count, largestPage);
  const ids = used.has("_id") ? new Set(list("_id")) : null;
  const window = windowOf(used.getAll("_lastUpdated"));
  const patients = [...list("patient"), ...list("subject")].map((reference) =>
    reference.replace(/^.*Patient\//, ""),
  );
  const tokens = new Map<string, string[]>();
  for (const name of ["code", "category", "status", "intent"])
    if (used.has(name)) tokens.set(name, list(name));

  const lines: string[] = [];
  let total: number | undefined;
  let next: Cursor | null = null;
  const owners = ownersOf(population, type, patients.length > 0 ? patients : null);
  if (ids) {
    total = 0;
    for (const id of ids) {
      const line = population.read(type, id);
      if (line === null || !passes(line, tokens)) continue;
      const updated = Date.parse(
        (JSON.parse(line) as { meta: { lastUpdated: string } }).meta.lastUpdated,
      );
      if (updated < window.from || updated >= window.to) continue;
      if (patients.length > 0 && !patients.some((patient) => line.includes(`Patient/${patient}"`)))
        continue;
      total += 1;
      if (lines.length < limit) lines.push(line);
    }
  } else {
    const start = /^(\d+)\.(\d+)$/.exec(used.get("_page") ?? "0.0");
    if (!start) throw new BadSearch("Invalid _page");
    const from: Cursor = { owner: Number(start[1]), n: Number(start[2]) };
    // A total is told where it is cheap: for patients named in the query, or when asked alone.
    const counting = patients.length > 0 || limit === 0;
    total = counting ? 0 : undefined;
    for (let position = counting ? 0 : from.owner; position < owners.size; position += 1) {
      const before = position < from.owner;
      const { group, index } = owners.at(position);
      const person = index === null || isSharedType(type) ? null : population.person(group, index);
      const all = person
        ? countOf(person, type as Parameters<typeof countOf>[1])
        : population.sharedCount(type as "Organization");
      for (let n = counting || position !== from.owner ? 0 : from.n; n < all; n += 1) {
        if (person) {
          const updated = updatedAt(person, type as Parameters<typeof countOf>[1], n);
          if (updated < window.from || updated >= window.to) continue;
        } else if (!population.sharedInside(window)) continue;
        const line = person
          ? writeResource(person, type as Parameters<typeof countOf>[1], n)
          : population.sharedLine(group, type as "Organization", n);
        if (!passes(line, tokens)) continue;
        if (total !== undefined) total += 1;
        if (before || (position === from.owner && n < from.n)) continue;
        if (lines.length < limit) lines.push(line);
        else next ??= { owner: position, n };
        if (next && !counting) break;
      }
      if (next && !counting) break;
    }
    if (limit === 0) next = null;
  }
  const link = (cursor: Cursor | null) => {
    const url = new URL(`${fhirBaseUrl}/${type}`);
    for (const [name, value] of used) if (name !== "_page") url.searchParams.append(name, value);
    if (cursor) url.searchParams.set("_page", `${cursor.owner}.${cursor.n}`);
    return url.href;
  };
  const links = [{ relation: "self", url: link(null) }];
  if (next) links.push({ relation: "next", url: link(next) });
  const entries = lines.map((line) => {
    const id = /"id":"([^"]+)"/.exec(line)?.[1];
    return `{"fullUrl":"${fhirBaseUrl}/${type}/${id}","resource":${line},"search":{"mode":"match"}}`;
  });
  return `{"resourceType":"Bundle","type":"searchset"${total === undefined ? "" : `,"total":${total}`},"link":${JSON.stringify(links)}${entries.length ? `,"entry":[${entries.join(",")}]` : ""}}`;
}

/** A Group resource; with its members when it is read by id. */
export function groupResource(population: Population, group: SandboxGroup, members: boolean) {
  return {
    resourceType: "Group",
    id: group.id,
    identifier: [{ system: "https://sandbox.example/group", value: group.id }],
    text: {
      status: "generated",
      div: `<div xmlns="http://www.w3.org/1999/xhtml">${group.name}</div>`,
    },
    active: true,
    type: "person",
    actual: true,
    name: group.name,
    quantity: group.size,
    ...(members
      ? {
          member: Array.from({ length: group.size }, (_, index) => ({
            entity: { reference: `Patient/${population.patientId(group, index)}` },
          })),
        }
      : {}),
  };
}

/** `GET [base]/Group` as a searchset Bundle, paged by `_count`. */
export function searchGroups(population: Population, fhirBaseUrl: string, query: URLSearchParams) {
  const ids = query.get("_id")?.split(",");
  const name = query.get("name")?.toLowerCase();
  const all = population.groups.filter(
    (group) =>
      (!ids || ids.includes(group.id)) && (!name || group.name.toLowerCase().startsWith(name)),
  );
  const count = Number(query.get("_count") ?? usualPage);
  const from = Number(query.get("_page") ?? 0);
  if (!Number.isInteger(count) || count < 0 || !Number.isInteger(from))
    throw new BadSearch("Invalid _count or _page");
  const page = all.slice(from, from + count);
  const url = new URL(`${fhirBaseUrl}/Group`);
  for (const key of ["_id", "name", "_count"]) {
    const value = query.get(key);
    if (value !== null) url.searchParams.set(key, value);
  }
  const link = [{ relation: "self", url: url.href }];
  if (count > 0 && from + count < all.length) {
    url.searchParams.set("_page", String(from + count));
    link.push({ relation: "next", url: url.href });
  }
  return {
    resourceType: "Bundle",
    type: "searchset",
    total: all.length,
    link,
    entry: page.map((group) => ({
      fullUrl: `${fhirBaseUrl}/Group/${group.id}`,
      resource: groupResource(population, group, false),
      search: { mode: "match" },
    })),
  };
}
