import type { DataTypes, DataTypesQuery } from "@/lib/contract/data";
import { resourcesByType } from "./charts/resources-by-type";
import { jobsAndState } from "./chosen-jobs";
import { refuseFilters } from "./refuse-filters";

/** The resource types that the chosen jobs (none chosen: all) hold, of one patient or all, with their rows. */
export async function dataTypes({
  patient,
  ...query
}: Partial<DataTypesQuery> = {}): Promise<DataTypes> {
  refuseFilters(query);
  const { types } = await resourcesByType(await jobsAndState(query), patient);
  return { types: types.map(({ type, records }) => ({ type, records })) };
}
