import { z } from "zod";
import type { DataTypes, DataTypesQuery } from "@/lib/contract/data";
import { dataTables, typeOfTable } from "@/lib/store/data-tables";
import { resourcesByType } from "./charts/resources-by-type";
import { narrowTo, withPeople } from "./narrowed";
import { onePicture } from "./one-picture";
import { rows } from "./rows";
import { type Filters, wantedOf } from "./selection";

const Row = z.object({ type: z.string(), records: z.number() });

/** Of one patient: few rows, and the key finds them. */
const patientSql = (filters: Filters) => `
  SELECT type, count(*)::float8 AS records FROM (
    ${dataTables
      .map((table) => {
        const type = table === "resources" ? "resource_type" : `'${typeOfTable[table]}'`;
        return `SELECT ${type} AS type FROM ${table}
                 WHERE etl_job_id = ANY($1) AND patient_id = $2 ${narrowTo(filters, "taken")(table)}`;
      })
      .join(" UNION ALL ")}
  ) AS held GROUP BY 1 ORDER BY records DESC, type`;

/** The resource types that the chosen jobs (none chosen: all) hold, of one patient or all, with their rows. */
export async function dataTypes({
  patient,
  ...query
}: Partial<DataTypesQuery> = {}): Promise<DataTypes> {
  const types = await onePicture(query, wantedOf(query), ({ jobs, ids }, look) =>
    look(async (filters) =>
      patient === undefined
        ? (await resourcesByType({ jobs, ...filters })).types
        : rows(Row, withPeople(filters, patientSql(filters)), [ids, patient]),
    ),
  );
  return { types: types.map(({ type, records }) => ({ type, records })) };
}
