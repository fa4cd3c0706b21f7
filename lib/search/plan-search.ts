import type { SearchUnit } from "./search-unit";

/** Files cost something each, here and in every list of them. */
const aimedFiles = 2_000;
const fewestPatients = 10;
const mostPatients = 500;

/**
 * Cuts a search into units: for each type, some patients at a time. Few in a small group, so that
 * progress shows and a kill costs little; more in a large one, so that files do not count by the
 * ten thousand.
 * @param filters the queries of _typeFilter ("Observation?category=laboratory")
 */
export function planSearch(input: {
  types: string[];
  patients: string[];
  since: string | null;
  until: string | null;
  filters: string[];
}): SearchUnit[] {
  const { types, patients, since, until } = input;
  const wanted = Math.ceil((patients.length * types.length) / aimedFiles);
  const size = Math.min(mostPatients, Math.max(fewestPatients, wanted));
  return types.flatMap((type) => {
    const filters = filtersOf(type, input.filters);
    const units: SearchUnit[] = [];
    for (let at = 0; at < patients.length; at += size) {
      const ids = patients.slice(at, at + size);
      units.push({ type, by: "patient", ids, since, until, filters });
    }
    return units;
  });
}

/** The queries of _typeFilter that are for this type, without it. */
export const filtersOf = (type: string, filters: string[]): string[] =>
  filters
    .filter((filter) => filter.startsWith(`${type}?`))
    .map((filter) => filter.slice(type.length + 1));
