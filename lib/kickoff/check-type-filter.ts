import { AppError } from "@/lib/errors";

/** FHIR R4, Search, Parameters for all searches' results: they say how to answer, not what is meant. */
const ofResults = new Set([
  "_sort",
  "_count",
  "_include",
  "_revinclude",
  "_summary",
  "_total",
  "_elements",
  "_contained",
  "_containedType",
]);

/**
 * Parameters of a search's results shall not stand in `_typeFilter` (Bulk Data Access, Query
 * Parameters). Servers pass over them or refuse the whole export hours later, so we say it first.
 * @throws AppError filter-parameter that names the parameter
 */
export function checkTypeFilter(filters: readonly string[] | undefined): void {
  for (const filter of filters ?? []) {
    const query = filter.slice(filter.indexOf("?") + 1);
    for (const name of new URLSearchParams(query).keys()) {
      // A modifier follows a colon: _include:iterate.
      const parameter = name.split(":")[0] ?? name;
      if (ofResults.has(parameter)) throw new AppError("filter-parameter", { parameter });
    }
  }
}
