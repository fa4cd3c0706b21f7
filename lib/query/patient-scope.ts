import { z } from "zod";
import { type DataTable, dataTables, tableOf, typeOfTable } from "@/lib/store/data-tables";
import { rows } from "./rows";
import { rowsWithout } from "./rows-without";

const Export = z.object({
  job_id: z.uuid(),
  /** the later the higher, the same for the same time */
  place: z.number(),
  whole: z.boolean(),
  types: z.array(z.string()).nullable(),
  /** the patient has not left the group since then */
  stayed: z.boolean(),
});

const exportsSql = `
  SELECT etl_job_id AS job_id, whole, types, rank() OVER (ORDER BY as_of)::int AS place,
         NOT EXISTS (SELECT 1 FROM current_departures AS d
                      WHERE d.source = e.source AND d.patient_id = $2 AND d.as_of > e.as_of) AS stayed
    FROM current_exports AS e WHERE source = $1`;

/** A later version of a resource, or its deletion: what is older of it is not the patient's any more. */
const Gone = z.object({ type: z.string(), id: z.string(), place: z.number(), job_id: z.uuid() });

/** Whose rows, and out of which jobs: of several the newest version of a resource counts. */
export type PatientScope = {
  patientId: string;
  jobs: { job_id: string; place: number }[];
  /** the place of the newest whole export of a type: what is older is not current; "" of all types */
  ends: Record<string, number>;
  gone: z.infer<typeof Gone>[];
};

/** What one job brought. */
export function scopeOfJob(patientId: string, jobId: string): PatientScope {
  return { patientId, jobs: [{ job_id: jobId, place: 1 }], ends: {}, gone: [] };
}

const typeOf = (table: DataTable) =>
  table === "resources" ? "resource_type" : `'${typeOfTable[table]}'`;
// A Patient is its own patient and cannot move.
const movable = dataTables.filter((table) => table !== "patients");

const idsSql = dataTables
  .map(
    (table) =>
      `SELECT etl_job_id AS job_id, ${typeOf(table)} AS type, array_agg(id) AS ids FROM ${table}
        WHERE etl_job_id = ANY($1::uuid[]) AND patient_id = $2 GROUP BY 1, 2`,
  )
  .join(" UNION ALL ");
const Own = z.object({ job_id: z.uuid(), type: z.string(), ids: z.array(z.string()) });

/**
 * Found by the hash of the id, which each job's rows have an index of. Without statistics PostgreSQL takes a hash for
 * frequent and would read the whole key of each job.
 */
const moved = (tables: DataTable[], parameters: unknown[]) =>
  tables.length === 0
    ? []
    : rowsWithout(
        ["seqscan", "indexonlyscan"],
        Found,
        tables
          .map(
            (table) =>
              `SELECT ${typeOf(table)} AS type, id, etl_job_id AS job_id FROM ${table}
                WHERE etl_job_id = ANY($1::uuid[]) AND patient_id <> $2
                  AND hashtextextended(id, 0) = ANY($3::bigint[])`,
          )
          .join(" UNION ALL "),
        parameters,
      );

const deletedSql = `
  SELECT resource_type AS type, resource_id AS id, job_id FROM deleted_resources
   WHERE job_id = ANY($1::uuid[]) AND resource_id = ANY($2::text[])`;

const hashesSql = "SELECT hashtextextended(id, 0)::text AS hash FROM unnest($1::text[]) AS id";

const Found = z.object({ type: z.string(), id: z.string(), job_id: z.uuid() });

/** Before every job: a deletion counts for what is older than its export, and not for what came with it. */
const beforeAll = "00000000-0000-0000-0000-000000000000";

/**
 * The current state of a source, for one patient, by the rule of the views `current_…` (migration 0009),
 * which answer for one patient only after reading everybody.
 */
export async function currentScope(patientId: string, source: string): Promise<PatientScope> {
  // Files of one job may be nearly all: PostgreSQL would go through all of them once for every export.
  const exports = await rowsWithout(["seqscan"], Export, exportsSql, [source, patientId]);
  const ends: Record<string, number> = {};
  for (const { whole, types, place } of exports) {
    for (const type of whole ? (types ?? [""]) : []) ends[type] = Math.max(ends[type] ?? 0, place);
  }
  const last = ends[""] ?? 0;
  const jobs = exports
    .filter(({ stayed, place }) => stayed && place >= last)
    .map(({ job_id, place }) => ({ job_id, place }));
  if (jobs.length < 2) return { patientId, jobs, ends, gone: [] };

  const jobIds = jobs.map(({ job_id }) => job_id);
  const placeOf = new Map(jobs.map(({ job_id, place }) => [job_id, place]));
  const own = await rows(Own, idsSql, [jobIds, patientId]);
  const known = new Set(own.flatMap((one) => one.ids));
  const ids = [...known];
  const hashes = await rows(z.object({ hash: z.string() }), hashesSql, [ids]);
  const types = new Set(own.map(({ type }) => type));
  const tables = movable.filter((table) =>
    table === "resources"
      ? [...types].some((type) => tableOf(type) === table)
      : types.has(typeOfTable[table]),
  );
  const first = Math.min(...own.map(({ job_id }) => placeOf.get(job_id) ?? 0));
  const since = jobs.filter(({ place }) => place >= first).map(({ job_id }) => job_id);
  const [others, deleted] = await Promise.all([
    moved(tables, [since, patientId, hashes.map(({ hash }) => hash)]),
    rows(Found, deletedSql, [jobIds, ids]),
  ]);
  const placed = ({ type, id, job_id }: z.infer<typeof Found>) => ({
    ...{ type, id, job_id },
    place: placeOf.get(job_id) ?? 0,
  });
  const gone = [
    ...others.filter(({ id }) => known.has(id)).map(placed),
    ...deleted.map((one) => ({ ...placed(one), job_id: beforeAll })),
  ];
  // What holds nothing of the patient would only cost every question to it some time.
  const holding = new Set(own.map(({ job_id }) => job_id));
  return { patientId, jobs: jobs.filter(({ job_id }) => holding.has(job_id)), ends, gone };
}
