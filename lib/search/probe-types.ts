import { AppError } from "@/lib/errors";
import type { Deps } from "@/lib/fhir/send";
import type { SearchServer } from "./ask-server";
import { filtersOf } from "./plan-search";
import { nothingLearned, searchPatient } from "./search-patient";

export type ProbedTypes = {
  usable: string[];
  /** and how the server refused */
  refused: { type: string; error: AppError }[];
  /** types that must be asked for by one code after another, and by which parameter */
  demanding: { type: string; parameter: string }[];
};

/**
 * Asks for one patient's first page of each type, so that a server that cannot search is known before
 * thousands of searches fail.
 * @throws AppError what passes by itself (rate-limited, server-error, connection-cut, …)
 */
export async function probeTypes(
  input: {
    types: string[];
    patientId: string;
    since: string | null;
    until: string | null;
    filters: string[];
  },
  server: SearchServer,
  deps: Deps = {},
): Promise<ProbedTypes> {
  const { patientId, since, until } = input;
  const usable = new Set<string>();
  const refused: ProbedTypes["refused"] = [];
  const demanding: ProbedTypes["demanding"] = [];
  await Promise.all(
    input.types.map(async (type) => {
      const filters = filtersOf(type, input.filters);
      const scope = { type, patientId, since, until, filters, learned: nothingLearned() };
      try {
        for await (const _first of searchPatient(scope, server, deps)) break;
        usable.add(type);
        const { demand } = scope.learned;
        if (demand) demanding.push({ type, parameter: demand.parameter });
      } catch (error) {
        if (!(error instanceof AppError) || error.retryable) throw error;
        refused.push({ type, error });
      }
    }),
  );
  return { usable: input.types.filter((type) => usable.has(type)), refused, demanding };
}
