import type { Life } from "./population/life";
import { isInside, isWhole, type Window, writeAt } from "./population/presence";
import type { PatientType } from "./population/resource-types";
import { countOf } from "./population/write-resource";
import { BadSearch, filterParameters, resourceTest, windowOf } from "./resource-filter";

/** Which of the patients' resources belong to an export, and how they look. */
export interface Selection {
  count(person: Life, type: PatientType): number;
  /** Numbers of a person's resources of a type that belong to it, in order. */
  numbers(person: Life, type: PatientType): Iterable<number>;
  write(person: Life, type: PatientType, n: number): string;
}

/** `Type?query` of `_typeFilter`, understood. */
export interface TypeFilter {
  type: string;
  passes(line: string): boolean;
}

/**
 * Understands one `_typeFilter` (Bulk Data 3.0.0, "_typeFilter Query Parameter").
 *
 * @throws BadSearch when it is not `Type?query` or asks what this server cannot filter by.
 */
export function readTypeFilter(text: string): TypeFilter {
  const match = /^([A-Z][A-Za-z]+)\?(.*)$/.exec(text);
  if (!match) throw new BadSearch(`Invalid _typeFilter "${text}": it must be Type?query`);
  const query = new URLSearchParams(match[2]);
  for (const name of query.keys())
    if (!filterParameters.includes(name) && !["_lastUpdated", "_id"].includes(name))
      throw new BadSearch(`_typeFilter cannot use the parameter "${name}"`);
  const test = resourceTest(query);
  const updated = windowOf(query.getAll("_lastUpdated"));
  const ids = query.has("_id") ? query.getAll("_id").flatMap((value) => value.split(",")) : null;
  return {
    type: match[1] as string,
    passes(line) {
      const { id, meta } = JSON.parse(line) as { id: string; meta: { lastUpdated: string } };
      const at = Date.parse(meta.lastUpdated);
      return (
        (!ids || ids.includes(id)) &&
        at >= updated.from &&
        at < updated.to &&
        (test?.(line) ?? true)
      );
    },
  };
}

/** A selection by window and filters: filters of one type are alternatives. */
export function selectionOf(window: Window, filters: readonly TypeFilter[] = []): Selection {
  const whole = isWhole(window);
  const write = (person: Life, type: PatientType, n: number) => writeAt(person, type, n, window);
  function* numbers(person: Life, type: PatientType): Generator<number> {
    const own = filters.filter((filter) => filter.type === type);
    const all = countOf(person, type);
    for (let n = 0; n < all; n += 1) {
      if (!whole && !isInside(person, type, n, window)) continue;
      if (own.length === 0 || own.some((filter) => filter.passes(write(person, type, n)))) yield n;
    }
  }
  return {
    numbers,
    write,
    count(person, type) {
      if (whole && !filters.some((filter) => filter.type === type)) return countOf(person, type);
      let count = 0;
      for (const _ of numbers(person, type)) count += 1;
      return count;
    },
  };
}
