import type { FaultSettings } from "./fault-settings";
import type { SandboxGroup } from "./groups";
import type { Population } from "./population/population";
import { BadSearch } from "./resource-filter";

const usualPage = 100;

interface Member {
  entity: { reference: string };
  inactive?: boolean;
  period?: { start?: string; end?: string };
}

/** The parts that a nested group is split into, by the end of their ids. */
const parts = ["part-1", "part-2"] as const;

const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

/** A group, or a part of one when groups are nested, behind an id; null when there is none. */
export function groupBehind(
  groups: readonly SandboxGroup[],
  id: string,
  faults: FaultSettings,
): { group: SandboxGroup; part: (typeof parts)[number] | null } | null {
  const whole = groups.find((group) => group.id === id);
  if (whole) return { group: whole, part: null };
  if (faults.membership !== "nested" && faults.membership !== "cycle") return null;
  for (const part of parts) {
    const group = groups.find((one) => `${one.id}-${part}` === id);
    if (group) return { group, part };
  }
  return null;
}

/**
 * The members that a Group resource lists. When groups are nested the first patient is in both
 * parts: members of members are a set, not a list.
 */
function membersOf(
  population: Population,
  group: SandboxGroup,
  part: (typeof parts)[number] | null,
  faults: FaultSettings,
): Member[] {
  const { membership, inactiveMembers = 0 } = faults;
  const patient = (of: SandboxGroup, index: number): Member => ({
    entity: { reference: `Patient/${population.patientId(of, index)}` },
  });
  const half = Math.ceil(group.size / 2);
  if (part === "part-1") return range(0, half).map((index) => patient(group, index));
  if (part === "part-2") {
    const others = [0, ...range(half, group.size)].map((index) => patient(group, index));
    return membership === "cycle"
      ? [...others, { entity: { reference: `Group/${group.id}` } }]
      : others;
  }
  const next = population.groups[(group.number + 1) % population.groups.length] as SandboxGroup;
  const strangers = range(0, Math.min(inactiveMembers, next.size)).map((i) => patient(next, i));
  const former = [
    ...strangers.map((member) => ({ ...member, inactive: true })),
    ...strangers.map((member) => ({
      ...member,
      period: { start: "2019-01-01", end: "2020-01-01" },
    })),
  ];
  const current =
    membership === "nested" || membership === "cycle"
      ? parts.map((name) => ({ entity: { reference: `Group/${group.id}-${name}` } }))
      : range(0, group.size).map((index) => patient(group, index));
  return [...current, ...former];
}

/** A Group resource; with its members when it is read by id. */
export function groupResource(
  population: Population,
  group: SandboxGroup,
  part: (typeof parts)[number] | null,
  faults: FaultSettings,
  members: boolean,
) {
  const id = part ? `${group.id}-${part}` : group.id;
  const listed = members && faults.membership !== "criteria";
  return {
    resourceType: "Group",
    id,
    identifier: [{ system: "https://sandbox.example/group", value: id }],
    text: {
      status: "generated",
      div: `<div xmlns="http://www.w3.org/1999/xhtml">${group.name}</div>`,
    },
    active: true,
    type: "person",
    actual: true,
    name: group.name,
    ...(part ? {} : { quantity: group.size }),
    ...(faults.membership === "criteria"
      ? {
          modifierExtension: [
            {
              url: "http://hl7.org/fhir/uv/bulkdata/StructureDefinition/member-filter",
              valueExpression: {
                language: "application/x-fhir-query",
                expression: `Patient?_has:Group:member:_id=${group.id}`,
              },
            },
          ],
        }
      : {}),
    ...(listed ? { member: membersOf(population, group, part, faults) } : {}),
  };
}

/** `GET [base]/Group` as a searchset Bundle, paged by `_count`. */
export function searchGroups(
  population: Population,
  groups: readonly SandboxGroup[],
  fhirBaseUrl: string,
  query: URLSearchParams,
  faults: FaultSettings,
) {
  const ids = query.get("_id")?.split(",");
  const name = query.get("name")?.toLowerCase();
  const all = groups.filter(
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
      resource: groupResource(population, group, null, faults, false),
      search: { mode: "match" },
    })),
  };
}
