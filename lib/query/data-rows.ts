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

const Count = z.object({ n: z.number() });

async function countMatches(table: DataTable, where: string, filter: unknown[], query: DataQuery) {
  const [total] = await rows(
    Count,
    `SELECT count(*)::float8 AS n FROM (SELECT 1 FROM ${table} WHERE ${where} LIMIT $5) AS found`,
    [...filter, query.q ? countedMatches + 1 : null],
  );
  return total?.n ?? 0;
}

async function countAll(type: string, query: DataQuery) {
  const [total] = await rows(
    Count,
    `SELECT COALESCE(sum(records), 0)::float8 AS n
       FROM ${rolledUp("roll_up_types")} AS held WHERE resource_type = $3`,
    [...(await chosenJobs(query.job ? [query.job] : [])), type],
  );
  return total?.n ?? 0;
}

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
  const filter = [query.job ?? null, query.patient ?? null, query.q ? part(query.q) : null, type];
  const offset = (query.page - 1) * query.page_size;

  // Job by job in key order: each partition's index gives its first rows without reading the rest.
  const page = rows(
    Row,
    `SELECT found.etl_job_id AS job_id, patient_id, found.id, columns
       FROM export_jobs AS j
      CROSS JOIN LATERAL (
        SELECT etl_job_id, patient_id, id,
               json_build_object(${shown
                 .map((column) => `'${column}', ${asText(column)}`)
                 .join(", ")}) AS columns
          FROM ${table}
         WHERE etl_job_id = j.id AND ${where}
         ORDER BY patient_id, id
         LIMIT $5::int + $6::int
      ) AS found
      WHERE ($1::uuid IS NULL OR j.id = $1)
      ORDER BY j.created_at DESC, j.id, patient_id, found.id
      LIMIT $5 OFFSET $6`,
    [...filter, query.page_size + 1, offset],
  );
  const [found, n] = await Promise.all([
    page,
    query.q || query.patient ? countMatches(table, where, filter, query) : countAll(type, query),
  ]);
  return {
    rows: found.slice(0, query.page_size).map((row) => ({ ...row, type })),
    total: query.q && n > countedMatches ? null : n,
    more: found.length > query.page_size,
    page: query.page,
    page_size: query.page_size,
  };
}
