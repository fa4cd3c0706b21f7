import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { loadFile } from "@/lib/load/load-file";
import { partitionName } from "@/lib/load/partition-name";
import { prepareJob } from "@/lib/load/prepare-job";
import { settleJob } from "@/lib/load/settle-job";
import { database } from "@/lib/store/client";
import { type DataTable, typeOfTable } from "@/lib/store/data-tables";
import { Population, standardPopulation } from "@/sandbox/population/population";
import { countOf, writeResource } from "@/sandbox/population/write-resource";

/** What is asked about: 20 jobs with rows, and one of very many files. */
export type ServeData = {
  jobIds: string[];
  observations: number;
  /** a job of 20,000 small files, without rows */
  manyFilesJobId: string;
  /** a job with rejected lines */
  rejectedJobId: string;
};

export const jobCount = 20;
const manyFiles = 20_000;
const manyFilesName = "20,000 files";
/** Observations of the template, about 310 lives; every job holds copies of it. */
const templateSize = 25_000;
const tables = Object.entries(typeOfTable) as [Exclude<DataTable, "resources">, string][];

async function addJob(name: string, files: { type: string; count: number }[]) {
  const { pool } = database();
  const jobId = randomUUID();
  await pool.query(
    `INSERT INTO export_jobs
       (id, connection_name, fhir_base_url, level, group_id, group_name, request, created_by, stage,
        kicked_off_at, prepared_at, downloaded_at, ended_at)
     VALUES ($1, 'bench', 'https://bench.example/fhir', 'group', $2, $2, '{"resource_types":[]}',
             'bench', 'done', now(), now(), now(), now())`,
    [jobId, name],
  );
  await pool.query(
    `INSERT INTO export_files (id, job_id, file_no, kind, resource_type, url, state, locked_by,
                               expected_count, lines, accepted, size_bytes, loaded_bytes)
     SELECT gen_random_uuid(), $1, no, 'output', type, 'https://bench.example/file/' || no, 'loaded',
            'bench', count, count, count, count * 1000, count * 1000
       FROM unnest($2::text[], $3::int[]) WITH ORDINALITY AS f(type, count, no)`,
    [jobId, files.map(({ type }) => type), files.map(({ count }) => count)],
  );
  await pool.query(
    `INSERT INTO export_events (job_id, event, detail)
     SELECT $1, 'download_complete', json_build_object('fileUrl', 'https://bench.example/file/' || n,
            'fileSize', n * 1000)
       FROM generate_series(1, 400) AS n`,
    [jobId],
  );
  return jobId;
}

/** Lives of the sandbox's population as the loader itself makes rows of them. */
async function makeTemplate(folder: string) {
  const lines: Record<string, string[]> = Object.fromEntries(tables.map(([, type]) => [type, []]));
  const population = new Population({ ...standardPopulation, scale: 10 });
  people: for (const group of population.groups) {
    for (let index = 0; index < group.size; index += 1) {
      const person = population.person(group, index);
      for (const [, type] of tables) {
        const known = type as Parameters<typeof countOf>[1];
        const own = Array.from({ length: countOf(person, known) }, (_, n) =>
          writeResource(person, known, n),
        );
        lines[type]?.push(...own);
      }
      if ((lines.Observation?.length ?? 0) >= templateSize) break people;
    }
  }
  const counts = tables.map(([, type]) => ({ type, count: lines[type]?.length ?? 0 }));
  const jobId = await addJob("template", counts);
  await mkdir(folder, { recursive: true });
  await prepareJob(jobId);
  const { rows } = await database().pool.query<{ id: string; no: number; type: string }>(
    `UPDATE export_files SET lines = 0, accepted = 0, loaded_bytes = 0, state = 'downloaded'
      WHERE job_id = $1 RETURNING id, file_no AS no, resource_type AS type`,
    [jobId],
  );
  for (const { id, no, type } of rows) {
    const file = path.join(folder, `template-${type}.ndjson`);
    await writeFile(file, `${lines[type]?.join("\n")}\n`);
    await loadFile({
      jobId,
      fileId: id,
      fileNo: no,
      kind: "output",
      resourceType: type,
      path: file,
      leaseHolder: "bench",
    });
  }
  return { jobId, counts, observations: lines.Observation?.length ?? 0 };
}

/** What an earlier run made in a database that was kept (--database); null where there is none. */
export async function findServeData(): Promise<ServeData | null> {
  const { rows } = await database().pool.query<{ id: string; name: string; observations: number }>(
    `SELECT j.id, j.group_name AS name,
            (SELECT coalesce(sum(lines), 0)::float8 FROM export_files AS f
              WHERE f.job_id = j.id AND f.resource_type = 'Observation') AS observations
       FROM export_jobs AS j JOIN roll_up_jobs AS r ON r.etl_job_id = j.id
      WHERE created_by = 'bench' AND group_name LIKE 'Group %' ORDER BY created_at`,
  );
  const many = await database().pool.query<{ id: string }>(
    "SELECT id FROM export_jobs WHERE created_by = 'bench' AND group_name = $1",
    [manyFilesName],
  );
  const jobIds = rows.map(({ id }) => id);
  const [manyFilesJobId, rejectedJobId] = [many.rows[0]?.id, jobIds[0]];
  if (jobIds.length !== jobCount || !manyFilesJobId || !rejectedJobId) return null;
  const observations = rows.reduce((sum, row) => sum + row.observations, 0);
  return { jobIds, observations, manyFilesJobId, rejectedJobId };
}

/** A new id in place of an old one, the same for every row that names it. */
const newId = (column: string) => `md5(${column} || ':' || g)::uuid::text`;

/** What a copy has of its own; every other column is taken as the loader read it. */
const ownColumns: Record<string, string> = {
  patient_id: newId("patient_id"),
  id: newId("id"),
  line_no: "line_no + g * 100000",
  effective_at: "effective_at + (g % 90) * interval '1 day'",
  start_at: "start_at + (g % 90) * interval '1 day'",
  birth_date: "birth_date + g % 400",
  value_quantity:
    "round((value_quantity * (1 + (hashtext(id || g) % 41) / 1000.0))::numeric, 1)::float8",
  resource: `replace(replace(resource::text, id, ${newId("id")}), patient_id, ${newId("patient_id")})::json`,
};

/**
 * Fills a migrated database: `jobCount` jobs with `observations` in all, and the patients, conditions,
 * encounters and medication requests that the sandbox's population has beside as many. About 310 lives
 * are loaded by the loader; the rest are copies of those made inside PostgreSQL, with ids, dates and
 * values of their own, in partitions that prepareJob makes and settleJob settles. Half of a job's
 * patients are in the next one too, as in groups that overlap.
 */
export async function makeServeData(
  folder: string,
  observations: number,
  say: (text: string) => void,
): Promise<ServeData> {
  const { pool } = database();
  const startedAt = Date.now();
  const template = await makeTemplate(folder);
  const copies = Math.max(1, Math.round(observations / jobCount / template.observations));
  const columnsOf = new Map<string, string[]>();
  for (const [table] of tables) {
    const { rows } = await pool.query<{ name: string }>(
      `SELECT column_name AS name FROM information_schema.columns
        WHERE table_name = $1 AND table_schema = 'public' ORDER BY ordinal_position`,
      [table],
    );
    columnsOf.set(
      table,
      rows.map(({ name }) => name),
    );
  }
  const jobIds: string[] = [];
  for (let no = 0; no < jobCount; no += 1) {
    const counts = template.counts.map(({ type, count }) => ({ type, count: count * copies }));
    jobIds.push(await addJob(`Group ${no + 1}`, counts));
  }
  const left = jobIds.map((jobId, no) => ({ jobId, first: Math.floor((no * copies) / 2) }));
  const lane = async () => {
    const client = await pool.connect();
    try {
      await client.query("SET synchronous_commit = off");
      for (let job = left.shift(); job; job = left.shift()) {
        await prepareJob(job.jobId);
        for (const [table] of tables) {
          const columns = columnsOf.get(table) ?? [];
          const values = columns.map((column) =>
            column === "etl_job_id" ? `'${job.jobId}'::uuid` : (ownColumns[column] ?? column),
          );
          await client.query(
            `INSERT INTO ${partitionName(table, job.jobId)} (${columns.join(", ")})
             SELECT ${values.join(", ")}
               FROM generate_series(${job.first}, ${job.first + copies - 1}) AS g
              CROSS JOIN ${partitionName(table, template.jobId)}`,
          );
        }
        await settleJob(job.jobId);
        say(
          `  ${jobCount - left.length} of ${jobCount} jobs, ${Math.round((Date.now() - startedAt) / 1000)} s`,
        );
      }
    } finally {
      await client.query("RESET synchronous_commit");
      client.release();
    }
  };
  await Promise.all([lane(), lane()]);
  await pool.query("DELETE FROM export_jobs WHERE id = $1", [template.jobId]);
  for (const [table] of tables) {
    await pool.query(`DROP TABLE ${partitionName(table, template.jobId)}`);
  }
  await pool.query(`DROP TABLE ${partitionName("resources", template.jobId)}`);

  const rejectedJobId = jobIds[0] ?? "";
  await pool.query(
    `INSERT INTO rejected_lines
       (file_id, line_no, job_id, byte_offset, size_bytes, reason_code, reason, line)
     SELECT f.id, n, $1, n * 1000, 900, 'not-json', 'Unexpected end of JSON input',
            convert_to(repeat('{"resourceType":"Patient","id":', 30), 'UTF8')
       FROM export_files AS f, generate_series(1, 5000) AS n WHERE f.job_id = $1 AND f.file_no = 1`,
    [rejectedJobId],
  );
  await pool.query(
    `UPDATE export_files SET rejected = 5000, lines = lines + 5000
      WHERE job_id = $1 AND file_no = 1`,
    [rejectedJobId],
  );
  const manyFilesJobId = await addJob(
    manyFilesName,
    Array.from({ length: manyFiles }, () => ({ type: "Observation", count: 50 })),
  );
  await pool.query("VACUUM (ANALYZE) export_files, export_jobs, export_events, rejected_lines");
  return {
    jobIds,
    observations: copies * template.observations * jobCount,
    manyFilesJobId,
    rejectedJobId,
  };
}
