import type { DataTypes, DataTypesQuery } from "@/lib/contract/data";
import { AppError } from "@/lib/errors";
import { resourcesByType } from "./charts/resources-by-type";
import { onePicture } from "./one-picture";
import { wantedOf } from "./selection";

/** The resource types that the chosen jobs (none chosen: all) hold, of one patient or all, with their rows. */
export async function dataTypes({
  patient,
  ...query
}: Partial<DataTypesQuery> = {}): Promise<DataTypes> {
  const wanted = wantedOf(query);
  if (patient !== undefined && (wanted.people || wanted.months)) {
    throw new AppError("invalid-request", { reason: "patient: not with sex, age, from or to" });
  }
  const { types } = await onePicture(query, wanted, ({ jobs }, look) =>
    look((filters) => resourcesByType({ jobs, ...filters }, patient)),
  );
  return { types: types.map(({ type, records }) => ({ type, records })) };
}
