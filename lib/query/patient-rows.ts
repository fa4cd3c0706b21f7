import { type DataTable, typeOfTable } from "@/lib/store/data-tables";
import type { Parameters } from "./parameters";
import type { PatientScope } from "./patient-scope";

/**
 * A patient's rows of a table as a FROM: of one job what it holds, of several the newest version of each
 * resource, without what was deleted after it, and without what has moved to another patient since.
 * @param columns of the table; `etl_job_id` and `id` are there anyway
 */
export function patientRows(
  table: DataTable,
  columns: string[],
  scope: PatientScope,
  parameters: Parameters,
): string {
  const type = table === "resources" ? null : typeOfTable[table];
  const end = type === null ? 0 : (scope.ends[type] ?? 0);
  const jobs = scope.jobs.filter(({ place }) => place >= end);
  const patient = parameters.add(scope.patientId, "text");
  const ids = parameters.add(
    jobs.map(({ job_id }) => job_id),
    "uuid[]",
  );
  const known = type === null ? ["resource_type", "id"] : ["id"];
  const shown = ["etl_job_id", ...new Set([...known, ...columns])];
  const of = (alias: string) => shown.map((column) => `${alias}.${column}`).join(", ");
  const own = `r.etl_job_id = ANY(${ids}) AND r.patient_id = ${patient}`;
  const ended = Object.values(scope.ends).some((place) => place > (jobs[0]?.place ?? 0));
  if (jobs.length < 2 && scope.gone.length === 0 && (type !== null || !ended)) {
    return `(SELECT ${of("r")} FROM ${table} AS r WHERE ${own})`;
  }

  const places = parameters.add(JSON.stringify(jobs), "jsonb");
  const exports = `jsonb_to_recordset(${places}) AS e (job_id uuid, place int)`;
  const keys = known.map((column) => `r.${column}`).join(", ");
  const current =
    type === null
      ? `AND e.place >= COALESCE((${parameters.add(JSON.stringify(scope.ends), "jsonb")}->>r.resource_type)::int, 0)`
      : "";
  const gone = scope.gone.filter((one) => type === null || one.type === type);
  const later =
    gone.length === 0
      ? ""
      : `WHERE NOT EXISTS (
           SELECT 1 FROM jsonb_to_recordset(${parameters.add(JSON.stringify(gone), "jsonb")})
                AS g (type text, id text, place int, job_id uuid)
            WHERE g.type = ${type === null ? "n.resource_type" : `'${type}'`} AND g.id = n.id
              AND (g.place, g.job_id) > (n.export_place, n.etl_job_id))`;
  return `(
    SELECT ${of("n")} FROM (
      SELECT DISTINCT ON (${keys}) ${of("r")}, e.place AS export_place
        FROM ${exports} JOIN ${table} AS r ON r.etl_job_id = e.job_id
       WHERE ${own} ${current}
       ORDER BY ${keys}, e.place DESC, e.job_id DESC
    ) AS n ${later}
  )`;
}
