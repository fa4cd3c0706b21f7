import { randomUUID } from "node:crypto";
import { AppError } from "@/lib/errors";
import { isObject, type Json, objects } from "@/lib/fhir/json";
import type { Deps } from "@/lib/fhir/send";
import { askServer, type SearchServer } from "./ask-server";
import { bundlePages } from "./bundle-pages";

export type Members = {
  /** ids, each once, in the group's order; null where the group does not list them */
  patients: string[] | null;
  /** why they cannot be known from reads and searches, where `patients` is null */
  reason: string | null;
  /** entries that were left out because they are inactive or their time has ended */
  inactive: number;
  /** entries that name nobody whom one could look up here (an identifier, another server) */
  unidentified: number;
  /** groups read, this one and those in it */
  groups: number;
  /** the server's clock when reading began */
  date: Date | null;
};

/** A chain of groups without end is nobody's intention. */
const mostGroups = 1_000;

/**
 * Who belongs to a group (FHIR R4, Group): `GET [base]/Group/[id]`, its active members, and those of
 * groups in it, each group once. A group that lists nobody though it is defined by criteria, or says
 * that it has members, or whose members are not shown, is asked for by reverse chaining.
 * @throws AppError as `askServer` (search-refused with 404 where the group is not there), search-invalid
 */
export async function readMembers(
  groupId: string,
  server: SearchServer,
  deps: Deps = {},
): Promise<Members> {
  const patients = new Set<string>();
  const counts = { inactive: 0, unidentified: 0 };
  const known = new Set([groupId]);
  const now = (deps.now?.() ?? new Date()).getTime();
  let reason: string | null = null;
  let date: Date | null = null;
  for (const id of known) {
    const { group, date: clock } = await readGroup(id, server, deps);
    date ??= clock;
    const members = typeof group === "string" ? [] : objects(group.member);
    for (const member of members) {
      if (member.inactive === true || hasEnded(member.period, now)) {
        counts.inactive += 1;
        continue;
      }
      const entity = referenceOf(member.entity, server.fhirBaseUrl);
      if (!entity) counts.unidentified += 1;
      else if (entity.type === "Patient") patients.add(entity.id);
      else if (entity.type === "Group" && !known.has(entity.id)) {
        if (known.size < mostGroups) known.add(entity.id);
        else counts.unidentified += 1;
      }
    }
    if (members.length > 0 || (typeof group !== "string" && isEmpty(group))) continue;
    const found = await membersBySearch(id, server, deps);
    if (typeof found === "string") reason = typeof group === "string" ? group : found;
    else for (const patient of found) patients.add(patient);
  }
  const common = { ...counts, groups: known.size, date };
  if (reason !== null) return { patients: null, reason, ...common };
  return { patients: [...patients], reason, ...common };
}

/** @returns group: the resource, or why the server does not show it; a group that is not there is an error */
async function readGroup(
  id: string,
  server: SearchServer,
  deps: Deps,
): Promise<{ group: Json | string; date: Date | null }> {
  try {
    const url = `${server.fhirBaseUrl}/Group/${encodeURIComponent(id)}`;
    const { json, date } = await askServer(server, url, deps);
    if (json.resourceType !== "Group")
      throw new AppError("search-invalid", { reason: "not_group" });
    return { group: json, date };
  } catch (error) {
    const refused =
      error instanceof AppError && [403, 405, 501].includes(Number(error.params.status));
    if (refused && !error.retryable) return { group: error.message, date: null };
    throw error;
  }
}

/** It says itself that nobody is in it. */
const isEmpty = (group: Json) => group.actual === true && group.quantity === 0;

function hasEnded(period: unknown, now: number): boolean {
  const end = isObject(period) && typeof period.end === "string" ? period.end : null;
  if (end === null) return false;
  // A day is over when its last zone has ended it.
  const at = Date.parse(end) + (/T/.test(end) ? 0 : 36 * 3_600_000);
  return at < now;
}

/** Ids of some servers are longer than FHIR allows (Epic). */
const localReference = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9._-]{1,256})(?:\/_history\/[^/]*)?$/;

/** @returns null where nobody here can be meant */
function referenceOf(entity: unknown, fhirBaseUrl: string): { type: string; id: string } | null {
  const text = isObject(entity) && typeof entity.reference === "string" ? entity.reference : "";
  const base = `${fhirBaseUrl}/`;
  const local = text.startsWith(base) ? text.slice(base.length) : text;
  const [, type, id] = localReference.exec(local) ?? [];
  return type && id ? { type, id } : null;
}

const membership = "_has:Group:member:_id";

/**
 * Reverse chaining (FHIR R4, Search, Reverse Chaining). A server that passes over the parameter sends
 * every patient that it has, and may repeat the parameter in its link `self` all the same; so it is
 * asked first for the members of a group that does not exist.
 * @returns the ids, or why they are not known
 */
async function membersBySearch(
  groupId: string,
  server: SearchServer,
  deps: Deps,
): Promise<Set<string> | string> {
  const parameter = (id: string) => `${encodeURIComponent(membership)}=${encodeURIComponent(id)}&`;
  try {
    for await (const page of patientPages(parameter(randomUUID()), server, deps)) {
      if (page.ids.length > 0) return `the server passes over ${membership}`;
      break;
    }
    const patients = new Set<string>();
    for await (const page of patientPages(parameter(groupId), server, deps)) {
      for (const id of page.ids) patients.add(id);
    }
    return patients;
  } catch (error) {
    if (error instanceof AppError && !error.retryable) return error.message;
    throw error;
  }
}

/**
 * Every patient that the server lets us see (a patient-level export).
 * @throws AppError as `bundlePages`
 */
export async function readAllPatients(
  server: SearchServer,
  deps: Deps = {},
): Promise<{ patients: string[]; date: Date | null }> {
  const patients = new Set<string>();
  let date: Date | null = null;
  for await (const page of patientPages("", server, deps)) {
    date ??= page.date;
    for (const id of page.ids) patients.add(id);
  }
  return { patients: [...patients], date };
}

/** The ids alone, where the server can leave out the rest. */
async function* patientPages(
  parameter: string,
  server: SearchServer,
  deps: Deps,
  elements = "_elements=id&",
): AsyncGenerator<{ ids: string[]; date: Date | null }> {
  const url = `${server.fhirBaseUrl}/Patient?${parameter}${elements}_count=1000`;
  try {
    for await (const { found, date } of bundlePages(server, url, deps)) {
      const ids = found
        .filter(({ resource }) => resource.resourceType === "Patient")
        .map(({ resource }) => resource.id)
        .filter((id): id is string => typeof id === "string" && id !== "");
      yield { ids, date };
    }
  } catch (error) {
    const refused = error instanceof AppError && error.code === "search-refused";
    if (!elements || !refused || !/_elements/.test(String(error.params.reason))) throw error;
    yield* patientPages(parameter, server, deps, "");
  }
}
