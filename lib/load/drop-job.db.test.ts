import { randomUUID } from "node:crypto";
import { expect, test, vi } from "vitest";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import { dropJob } from "./drop-job";
import { partitionName } from "./partition-name";
import { prepareJob } from "./prepare-job";

await freshDatabase();

test("a job's charts read its roll-ups for as long as a row of it may be there", async () => {
  const { pool } = database();
  const jobId = randomUUID();
  await prepareJob(jobId);
  await pool.query("INSERT INTO roll_up_jobs (etl_job_id) VALUES ($1)", [jobId]);
  const rolledUp = async () =>
    (await pool.query("SELECT FROM roll_up_jobs WHERE etl_job_id = $1", [jobId])).rowCount;
  const partition = partitionName("observations", jobId);
  const there = async () =>
    (await pool.query("SELECT to_regclass($1) IS NOT NULL AS there", [partition])).rows[0]?.there;

  // A long look at its rows, which the drop must wait for.
  const reader = await pool.connect();
  await reader.query("BEGIN");
  await reader.query(`SELECT FROM ${partition}`);
  const dropped = dropJob(jobId);
  const waits = async () =>
    (
      await pool.query("SELECT FROM pg_locks WHERE NOT granted AND relation = $1::regclass", [
        partition,
      ])
    ).rowCount;
  await vi.waitUntil(async () => (await waits()) === 1, { timeout: 20_000, interval: 20 });
  expect([await there(), await rolledUp()]).toEqual([true, 1]);

  await reader.query("COMMIT");
  reader.release();
  await dropped;
  expect([await there(), await rolledUp()]).toEqual([false, 0]);
});
