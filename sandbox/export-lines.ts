import type { BulkExport, ExportFile } from "./exports";
import { linesOf } from "./exports";
import type { FaultSettings } from "./faults";
import { countInside, type Population } from "./population/population";
import { isSharedType, type ResourceType } from "./population/resource-types";
import { countOf, updatedAt, writeResource } from "./population/write-resource";

/** The patient who owns line `line`: the last one with at most that many lines before. */
function ownerOf(before: Uint32Array, line: number): number {
  let low = 0;
  let high = before.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((before[middle] ?? 0) <= line) low = middle;
    else high = middle - 1;
  }
  return low;
}

function* personalLines(
  job: BulkExport,
  population: Population,
  type: Exclude<ResourceType, "Organization" | "Practitioner">,
  from: number,
  to: number,
): Generator<string> {
  const before = job.census?.get(type);
  const distinct = before?.[job.roster.size] ?? 0;
  if (!before || distinct === 0) return;
  const { window } = job.request;
  let line = from;
  while (line < to) {
    const inRound = line % distinct;
    for (let owner = ownerOf(before, inRound); owner < job.roster.size && line < to; owner += 1) {
      let skip = line === from ? inRound - (before[owner] ?? 0) : 0;
      const { group, index } = job.roster.at(owner);
      if ((before[owner + 1] ?? 0) === (before[owner] ?? 0)) continue;
      const person = population.person(group, index);
      const all = countOf(person, type);
      const whole = countInside(person, type, window) === all;
      for (let n = 0; n < all && line < to; n += 1) {
        if (!whole) {
          const updated = updatedAt(person, type, n);
          if (updated < window.from || updated >= window.to) continue;
        }
        if (skip > 0) {
          skip -= 1;
          continue;
        }
        yield writeResource(person, type, n);
        line += 1;
      }
    }
  }
}

function* sharedLines(
  job: BulkExport,
  population: Population,
  type: "Organization" | "Practitioner",
  from: number,
  to: number,
): Generator<string> {
  const each = population.sharedCount(type);
  const distinct = each * job.groups.length;
  for (let line = from; line < to; line += 1) {
    const inRound = line % distinct;
    const group = job.groups[Math.floor(inRound / each)];
    if (group) yield population.sharedLine(group, type, inRound % each);
  }
}

/** Keeps the elements asked for, always id and meta, and marks the resource as partial. */
function reduced(line: string, elements: Map<string, Set<string>>): string {
  const resource = JSON.parse(line) as Record<string, unknown>;
  const type = String(resource.resourceType);
  const wanted = new Set([...(elements.get(type) ?? []), ...(elements.get("*") ?? [])]);
  if (wanted.size === 0) return line;
  const kept: Record<string, unknown> = { resourceType: type, id: resource.id };
  kept.meta = {
    ...(resource.meta as object),
    tag: [
      { system: "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", code: "SUBSETTED" },
    ],
  };
  for (const [name, value] of Object.entries(resource))
    if (wanted.has(name) && !(name in kept)) kept[name] = value;
  return JSON.stringify(kept);
}

/** The lines of a file, without line breaks, in order, produced one at a time. */
export function* exportLines(
  job: BulkExport,
  population: Population,
  file: ExportFile,
  faults: FaultSettings,
): Generator<string> {
  const { type } = file;
  if (type === "OperationOutcome") return;
  const to = Math.min(file.to, linesOf(job, population, type));
  const lines = isSharedType(type)
    ? sharedLines(job, population, type, file.from, to)
    : personalLines(job, population, type, file.from, to);
  const { elements } = job.request;
  let number = 0;
  for (const line of lines) {
    number += 1;
    if (number === faults.badLine) yield line.slice(0, 40);
    else if (number === faults.wrongTypeLine)
      yield `{"resourceType":"Basic","id":"wrong-${number}","code":{"text":"another type"}}`;
    else yield elements ? reduced(line, elements) : line;
  }
}
