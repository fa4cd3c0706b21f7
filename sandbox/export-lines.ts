import type { BulkExport } from "./exports";
import type { FaultSettings } from "./fault-settings";
import { resourceId } from "./population/identity";
import type { Population } from "./population/population";
import { isDeletedInside } from "./population/presence";
import { isSharedType, type PatientType, type SharedType } from "./population/resource-types";
import { countOf } from "./population/write-resource";

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

/** Lines [from, to) of a type whose resources belong to patients. */
export function* personalLines(
  job: BulkExport,
  population: Population,
  type: PatientType,
  from: number,
  to: number,
): Generator<string> {
  const before = job.census?.get(type);
  const distinct = before?.[job.roster.size] ?? 0;
  if (!before || distinct === 0) return;
  let line = from;
  while (line < to) {
    const inRound = line % distinct;
    for (let owner = ownerOf(before, inRound); owner < job.roster.size && line < to; owner += 1) {
      let skip = line === from ? inRound - (before[owner] ?? 0) : 0;
      const { group, index } = job.roster.at(owner);
      if ((before[owner + 1] ?? 0) === (before[owner] ?? 0)) continue;
      const person = population.person(group, index);
      for (const n of job.selection.numbers(person, type)) {
        if (line >= to) break;
        if (skip > 0) {
          skip -= 1;
          continue;
        }
        yield job.selection.write(person, type, n);
        line += 1;
      }
    }
  }
}

/** Lines [from, to) of a type whose resources a group shares. */
export function* sharedLines(
  job: BulkExport,
  population: Population,
  type: SharedType,
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

/** Everything of one patient, all types, without the header. */
export function* linesOfPatient(
  job: BulkExport,
  population: Population,
  position: number,
): Generator<string> {
  const { group, index } = job.roster.at(position);
  const person = population.person(group, index);
  for (const type of job.types) {
    if (isSharedType(type)) continue;
    for (const n of job.selection.numbers(person, type)) yield job.selection.write(person, type, n);
  }
}

/** The line before a patient's block (Bulk Data 3.0.0, "organizeOutputBy"). */
export function blockHeader(job: BulkExport, population: Population, position: number): string {
  const { group, index } = job.roster.at(position);
  const reference = `Patient/${population.patientId(group, index)}`;
  return `{"resourceType":"Parameters","parameter":[{"name":"header","valueReference":{"reference":"${reference}"}}]}`;
}

/** Transaction Bundles that delete what was deleted inside the window: a Bundle a patient. */
export function deletedLines(job: BulkExport, population: Population, type: PatientType): string[] {
  const lines: string[] = [];
  for (let position = 0; position < job.roster.size; position += 1) {
    const { group, index } = job.roster.at(position);
    const person = population.person(group, index);
    const entry: { request: { method: "DELETE"; url: string } }[] = [];
    for (let n = 0; n < countOf(person, type); n += 1)
      if (isDeletedInside(person, type, n, job.window))
        entry.push({
          request: { method: "DELETE", url: `${type}/${resourceId(person.identity, type, n)}` },
        });
    if (entry.length > 0)
      lines.push(JSON.stringify({ resourceType: "Bundle", type: "transaction", entry }));
  }
  return lines;
}

/** One Provenance for each patient (includeAssociatedData). */
export function* provenanceLines(job: BulkExport, population: Population): Generator<string> {
  for (let position = 0; position < job.roster.size; position += 1) {
    const { group, index } = job.roster.at(position);
    const id = population.patientId(group, index);
    yield `{"resourceType":"Provenance","id":"provenance-${id}","meta":{"lastUpdated":"2015-01-05T17:00:00.000Z"},"target":[{"reference":"Patient/${id}"}],"recorded":"2015-01-05T17:00:00.000Z","agent":[{"who":{"display":"Bulkhouse sandbox"}}]}`;
  }
}

/** Keeps the elements asked for, always id and meta, and marks the resource as partial. */
function reduced(line: string, elements: Map<string, Set<string>>): string {
  const resource = JSON.parse(line) as Record<string, unknown>;
  const type = String(resource.resourceType);
  const wanted = new Set([...(elements.get(type) ?? []), ...(elements.get("*") ?? [])]);
  if (wanted.size === 0 || type === "Parameters") return line;
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

function enlarged(line: string, bytes: number): string {
  const text = { status: "generated", div: `<div>${"x".repeat(bytes)}</div>` };
  return `${line.slice(0, -1)},"text":${JSON.stringify(text)}}`;
}

/** The lines of a file as they go out: reduced to `_elements`, and spoiled by the faults. */
export function* asSent(
  lines: Iterable<string>,
  elements: Map<string, Set<string>> | null,
  faults: FaultSettings,
): Generator<string> {
  let number = 0;
  for (const line of lines) {
    number += 1;
    if (number === faults.badLine) yield line.slice(0, 40);
    else if (number === faults.wrongTypeLine)
      yield `{"resourceType":"Basic","id":"wrong-${number}","code":{"text":"another type"}}`;
    else {
      const own = elements ? reduced(line, elements) : line;
      yield number === faults.hugeLine ? enlarged(own, faults.hugeLineBytes ?? 20_000_000) : own;
    }
  }
}
