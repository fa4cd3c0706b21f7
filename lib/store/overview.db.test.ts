import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { dropJob } from "@/lib/load/drop-job";
import { prepareJob } from "@/lib/load/prepare-job";
import { database } from "./client";
import { freshDatabase } from "./fresh-database";
import { overview } from "./overview";

await freshDatabase();

test("a patient that two jobs brought counts once, as in the charts", async () => {
  const { pool } = database();
  const jobs = [randomUUID(), randomUUID()];
  for (const job of jobs) {
    await pool.query(
      `INSERT INTO export_jobs (id, connection_name, fhir_base_url, level, request, created_by, stage)
       VALUES ($1, 'test', 'https://fhir.example', 'system', '{"resource_types":[]}', 'test', 'load')`,
      [job],
    );
    await prepareJob(job);
    await pool.query(
      `INSERT INTO patients (etl_job_id, patient_id, id, file_no, line_no, resource)
       VALUES ($1, 'p1', 'p1', 1, 1, '{}'), ($1, $2, $2, 1, 2, '{}')`,
      [job, `p-${job}`],
    );
  }
  expect((await overview()).totals.patients).toBe(3);
  await dropJob(jobs[0] as string);
  expect((await overview()).totals.patients).toBe(2);
});
