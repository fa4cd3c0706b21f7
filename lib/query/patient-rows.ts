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
  if (jobs.length < 2 && (type !== null || !ended)) {
    return `(SELECT ${of("r")} FROM ${table} AS r WHERE ${own})`;
  }

  const places = parameters.add(JSON.stringify(jobs), "jsonb");
  const exports = `jsonb_to_recordset(${places}) AS e (job_id uuid, place int)`;
  const keys = known.map((column) => `r.${column}`).join(", ");
  const typeOf = (alias: string) => (type === null ? `${alias}.resource_type` : `'${type}'`);
  const current =
    type === null
      ? `AND e.place >= COALESCE((${parameters.add(JSON.stringify(scope.ends), "jsonb")}->>r.resource_type)::int, 0)`
      : "";
  const hash = (alias: string) => `hashtextextended(${alias}.id, 0)`;
  return `(
    SELECT ${of("n")} FROM (
      SELECT DISTINCT ON (${keys}) ${of("r")}, e.place AS export_place
        FROM ${exports} JOIN ${table} AS r ON r.etl_job_id = e.job_id
       WHERE ${own} ${current}
       ORDER BY ${keys}, e.place DESC, e.job_id DESC
    ) AS n
     WHERE NOT EXISTS (
             SELECT 1 FROM deleted_resources AS d JOIN ${exports} ON e.job_id = d.job_id
              WHERE d.job_id = ANY(${ids}) AND d.resource_type = ${typeOf("n")}
                AND d.resource_id = n.id AND e.place > n.export_place)
       AND NOT EXISTS (
             SELECT 1 FROM ${exports} JOIN ${table} AS m ON m.etl_job_id = e.job_id
              WHERE m.etl_job_id = ANY(${ids}) AND ${hash("m")} = ${hash("n")} AND m.id = n.id
                AND ${typeOf("m")} = ${typeOf("n")} AND m.patient_id <> ${patient}
                AND (e.place, e.job_id) > (n.export_place, n.etl_job_id))
  )`;
}
