import type { SandboxGroup } from "./groups";
import { attachmentOf } from "./population/documents";
import { resourceId } from "./population/identity";
import type { Population } from "./population/population";
import { always, isDeletedInside, type Window } from "./population/presence";
import { isSharedType, type ResourceType } from "./population/resource-types";
import { countOf } from "./population/write-resource";
import { rosterOf, takeCensus } from "./roster";
import { selectionOf } from "./selection";

/**
 * What an export of these groups holds: the number of distinct resources per type (types without
 * any are left out). Faults do not change it: repeats and broken lines are not distinct resources.
 */
export async function expectedCounts(
  population: Population,
  groups: readonly SandboxGroup[],
  types: readonly ResourceType[] = population.types,
  window: Window = always,
): Promise<Partial<Record<ResourceType, number>>> {
  const roster = rosterOf(groups);
  const census = await takeCensus(population, roster, types, selectionOf(window));
  const counts: Partial<Record<ResourceType, number>> = {};
  for (const type of types) {
    const count = isSharedType(type)
      ? population.sharedInside(window)
        ? population.sharedCount(type) * groups.length
        : 0
      : (census.get(type)?.[roster.size] ?? 0);
    if (count > 0) counts[type] = count;
  }
  return counts;
}

/** `Type/id` of every resource of these groups that was deleted inside the window. */
export function expectedDeletions(
  population: Population,
  groups: readonly SandboxGroup[],
  types: readonly ResourceType[] = population.types,
  window: Window = always,
): string[] {
  const roster = rosterOf(groups);
  const deleted: string[] = [];
  for (const type of types) {
    if (isSharedType(type)) continue;
    for (let position = 0; position < roster.size; position += 1) {
      const { group, index } = roster.at(position);
      const person = population.person(group, index);
      for (let n = 0; n < countOf(person, type); n += 1)
        if (isDeletedInside(person, type, n, window))
          deleted.push(`${type}/${resourceId(person.identity, type, n)}`);
    }
  }
  return deleted;
}

/** An attachment as a client should find it. */
export interface ExpectedAttachment {
  documentId: string;
  /** null: inside the document. */
  url: string | null;
  contentType: string;
  size: number;
  /** The URL answers 404. */
  missing: boolean;
}

/** Every attachment of the documents of these groups. */
export function expectedAttachments(
  population: Population,
  groups: readonly SandboxGroup[],
  window: Window = always,
): ExpectedAttachment[] {
  if (!population.has("DocumentReference")) return [];
  const roster = rosterOf(groups);
  const selection = selectionOf(window);
  const found: ExpectedAttachment[] = [];
  for (let position = 0; position < roster.size; position += 1) {
    const { group, index } = roster.at(position);
    const person = population.person(group, index);
    for (const n of selection.numbers(person, "DocumentReference")) {
      const { url, contentType, size, missing } = attachmentOf(person, n);
      const documentId = resourceId(person.identity, "DocumentReference", n);
      found.push({ documentId, url, contentType, size, missing });
    }
  }
  return found;
}
