import { z } from "zod";
import type { DataList, DataQuery } from "@/lib/contract/data";
import { type DataTable, tableOf } from "@/lib/store/data-tables";
import { chosenJobs } from "./chosen-jobs";
import { dataColumns } from "./data-columns";
import { rolledUp } from "./rolled-up";
import { rows } from "./rows";

/** Beyond this, counting what a search finds reads too much. */
const countedMatches = 10_000;

const Row = z.object({
  job_id: z.uuid(),
  patient_id: z.string(),
  id: z.string(),
  columns: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

/** Part of a text, with LIKE's own signs taken as they are. */
const part = (words: string) => `%${words.replace(/[\\%_]/g, "\\$&")}%`;

/** A birth date is a day, other times are instants; JSON would write them in the session's zone. */
const asText = (column: string) =>
  column.endsWith("_at")
    ? `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
    : column;

const Count = z.object({ job_id: z.uuid(), n: z.number() });

/** How many rows each job holds of a type; of those that a search looks for at most 10,001 in all. */
function countByJob(table: DataTable, where: string, filter: unknown[], query: DataQuery) {
  return rows(
    Count,
    `SELECT etl_job_id AS job_id, count(*)::float8 AS n
       FROM (SELECT etl_job_id FROM ${table} WHERE ${where} LIMIT $5) AS found GROUP BY 1`,
    [...filter, query.q ? countedMatches + 1 : null],
  );
}

async function countAllByJob(type: string, query: DataQuery) {
  return rows(
    Count,
    `SELECT etl_job_id AS job_id, sum(records)::float8 AS n
       FROM ${rolledUp("roll_up_types")} AS held WHERE resource_type = $3 GROUP BY 1`,
    [...(await chosenJobs(query.job ? [query.job] : [])), type],
  );
}

const Found = z.object({ n: z.number() });

/** How many rows of one job a search finds, at most `limit`. */
async function countUpTo(table: DataTable, where: string, filter: unknown[], limit: number) {
  const [found] = await rows(
    Found,
    `SELECT count(*)::float8 AS n FROM (SELECT 1 FROM ${table} WHERE ${where} LIMIT $5) AS found`,
    [...filter, limit],
  );
  return found?.n ?? 0;
}

const Job = z.object({ id: z.uuid() });

/**
 * Rows of one resource type, newest job first, then by patient and id. A search looks for a part of an
 * id, a name, a code or its display. `total` is null where a search finds more than 10,000.
 */
export async function dataRows(type: string, query: DataQuery): Promise<DataList> {
  const table = tableOf(type);
  const { shown, searched } = dataColumns[table];
  const where = [
    "($1::uuid IS NULL OR etl_job_id = $1)",
    "($2::text IS NULL OR patient_id = $2)",
    `($3::text IS NULL OR ${["id", "patient_id", ...searched]
      .map((column) => `${column} ILIKE $3`)
      .join(" OR ")})`,
    table === "resources" ? "resource_type = $4" : "$4::text IS NOT NULL",
  ].join(" AND ");
  const filter = (job?: string) => [
    job ?? null,
    query.patient ?? null,
    query.q ? part(query.q) : null,
    type,
  ];

  const [jobs, counts] = await Promise.all([
    rows(
      Job,
      `SELECT id FROM export_jobs WHERE $1::uuid IS NULL OR id = $1 ORDER BY created_at DESC, id`,
      [query.job ?? null],
    ),
    query.q || query.patient
      ? countByJob(table, where, filter(query.job), query)
      : countAllByJob(type, query),
  ]);
  const n = counts.reduce((sum, count) => sum + count.n, 0);
  const known = !query.q || n <= countedMatches;
  const held = new Map(counts.map((count) => [count.job_id, count.n]));

  // Job by job in key order: a partition's index gives its first rows without reading the rest. Not by
  // LATERAL, which a distributed PostgreSQL does not take with a LIMIT.
  const found: z.infer<typeof Row>[] = [];
  const wanted = query.page_size + 1;
  let before = (query.page - 1) * query.page_size;
  for (const { id } of jobs) {
    if (found.length === wanted) break;
    const holds = known
      ? (held.get(id) ?? 0)
      : await countUpTo(table, where, filter(id), before + 1);
    if (holds <= before) {
      before -= holds;
      continue;
    }
    found.push(
      ...(await rows(
        Row,
        `SELECT etl_job_id AS job_id, patient_id, id,
                json_build_object(${shown
                  .map((column) => `'${column}', ${asText(column)}`)
                  .join(", ")}) AS columns
           FROM ${table}
          WHERE ${where}
          ORDER BY patient_id, id
          LIMIT $5 OFFSET $6`,
        [...filter(id), wanted - found.length, before],
      )),
    );
    before = 0;
  }
  return {
    rows: found.slice(0, query.page_size).map((row) => ({ ...row, type })),
    total: known ? n : null,
    more: found.length > query.page_size,
    page: query.page,
    page_size: query.page_size,
  };
}
