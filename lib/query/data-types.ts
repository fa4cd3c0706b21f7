import type { DataTypes, DataTypesQuery } from "@/lib/contract/data";
import { AppError } from "@/lib/errors";
import { resourcesByType } from "./charts/resources-by-type";
import { jobsAndState } from "./chosen-jobs";
import { filtersOf } from "./selection";

/** The resource types that the chosen jobs (none chosen: all) hold, of one patient or all, with their rows. */
export async function dataTypes({
  patient,
  ...query
}: Partial<DataTypesQuery> = {}): Promise<DataTypes> {
  const filters = filtersOf(query);
  if (patient !== undefined && (filters.people || filters.months)) {
    throw new AppError("invalid-request", { reason: "patient: not with sex, age, from or to" });
  }
  const { types } = await resourcesByType(
    { ...(await jobsAndState(query, filters)), ...filters },
    patient,
  );
  return { types: types.map(({ type, records }) => ({ type, records })) };
}
