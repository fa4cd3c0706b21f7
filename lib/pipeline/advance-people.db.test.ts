import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { dropJob } from "@/lib/load/drop-job";
import { prepareJob } from "@/lib/load/prepare-job";
import { settleJob } from "@/lib/load/settle-job";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import { LeaseLost } from "@/lib/store/lease-lost";
import { claimPeople, renewPeople, writeClaimedPeople } from "@/lib/store/people-claims";
import { peopleTables } from "@/lib/store/write-people";
import { advancePeople } from "./advance-people";
import { runWorker } from "./worker";

await freshDatabase();
const { pool } = database();

async function jobIn(stage: "load" | "done") {
  const id = randomUUID();
  await pool.query(
    `INSERT INTO export_jobs (id, connection_name, fhir_base_url, level, request, created_by, stage, next_run_at)
     VALUES ($1, 'test', 'https://fhir.example', 'system', '{}', 'test', $2::stage, now() + interval '1 hour')`,
    [id, stage],
  );
  return id;
}

/** A hundred patients with fifty weights each. */
async function settled() {
  const id = await jobIn("done");
  await prepareJob(id);
  await pool.query(
    `INSERT INTO patients (etl_job_id, patient_id, id, file_no, line_no, gender, resource)
     SELECT $1, 'p' || n, 'p' || n, 1, n, 'female', '{}' FROM generate_series(1, 100) AS n`,
    [id],
  );
  await pool.query(
    `INSERT INTO observations
       (etl_job_id, patient_id, id, file_no, line_no, code, value_quantity, value_unit, resource)
     SELECT $1, 'p' || n % 100 + 1, 'o' || n, 2, n, 'weight', n, 'kg', '{}'
       FROM generate_series(1, 5000) AS n`,
    [id],
  );
  await settleJob(id);
  return id;
}

const isKnown = async (jobId: string) =>
  (await pool.query("SELECT people FROM roll_up_jobs WHERE etl_job_id = $1", [jobId])).rows[0]
    ?.people;
const rowsOf = async (jobId: string) => {
  let found = 0;
  for (const name of peopleTables) {
    found += (await pool.query(`SELECT FROM ${name} WHERE etl_job_id = $1`, [jobId])).rowCount ?? 0;
  }
  return found;
};
const claim = () => claimPeople(randomUUID(), 30);
const claimed = async () => {
  const one = await claim();
  if (!one) throw new Error("nothing to claim");
  return one;
};

beforeEach(async () => {
  await pool.query("DELETE FROM roll_up_jobs");
  await pool.query("DELETE FROM export_jobs");
});

test("a worker that has nothing else to do makes the people of settled jobs, new and old", async () => {
  const jobs = [await settled(), await settled()];
  const ending = new AbortController();
  const worker = runWorker({ signal: ending.signal, concurrency: 1, leaseSeconds: 30 });
  await expect
    .poll(async () => Promise.all(jobs.map(isKnown)), { timeout: 20_000 })
    .toEqual([true, true]);
  ending.abort();
  await worker;
  const { rows } = await pool.query(
    "SELECT count(*)::int AS n FROM roll_up_people WHERE etl_job_id = $1",
    [jobs[0]],
  );
  expect(rows[0].n).toBe(100);
  expect(await claim()).toBeNull();
});

test("one is made at a time, and none while a job loads, unless it has waited long", async () => {
  const [first, second] = [await settled(), await settled()];
  const loading = await jobIn("load");
  expect(await claim()).toBeNull();
  await pool.query(
    "UPDATE roll_up_jobs SET made_at = made_at - interval '11 minutes' WHERE etl_job_id = $1",
    [first],
  );
  expect((await claim())?.jobId).toBe(first);
  await pool.query("DELETE FROM export_jobs WHERE id = $1", [loading]);
  expect(await claim()).toBeNull();

  // Whoever held it was killed.
  await pool.query(
    "UPDATE roll_up_jobs SET locked_until = now() - interval '1 s' WHERE etl_job_id = $1",
    [first],
  );
  const again = await claimed();
  expect(again.jobId).toBe(second);
  await advancePeople(again, { leaseSeconds: 30 });
  expect((await claim())?.jobId).toBe(first);
});

test("who has lost the lease leaves nothing behind", async () => {
  const jobId = await settled();
  const late = await claimed();
  await pool.query(
    "UPDATE roll_up_jobs SET locked_until = now() - interval '1 s' WHERE etl_job_id = $1",
    [jobId],
  );
  const successor = await claimed();
  await expect(writeClaimedPeople(late, new AbortController().signal)).rejects.toThrow(LeaseLost);
  expect(await rowsOf(jobId)).toBe(0);
  await writeClaimedPeople(successor, new AbortController().signal);
  expect(await isKnown(jobId)).toBe(true);
  const made = await rowsOf(jobId);
  expect(made).toBeGreaterThan(100);
  // Settled anew, it is made anew, and is the same.
  await settleJob(jobId);
  expect(await renewPeople(successor, 30)).toBe(false);
  expect(await isKnown(jobId)).toBe(false);
  await advancePeople(await claimed(), { leaseSeconds: 30 });
  expect(await rowsOf(jobId)).toBe(made);
});

test("a worker that is to stop breaks off at once and gives the job back", async () => {
  const jobId = await settled();
  const one = await claimed();
  // Somebody else makes the roll-ups: it would wait for as long as that takes.
  const other = await pool.connect();
  await other.query("SELECT pg_advisory_lock(hashtextextended($1, 0))", [
    `bulkhouse roll-ups ${jobId}`,
  ]);
  const stop = new AbortController();
  const step = advancePeople(one, { leaseSeconds: 30, signal: stop.signal });
  await expect
    .poll(
      async () =>
        (await pool.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))
          .rowCount,
    )
    .toBe(1);
  stop.abort();
  await step;
  other.release(true);
  expect(await isKnown(jobId)).toBe(false);
  expect((await claim())?.jobId).toBe(jobId);
});

test("a job that is removed takes its lease with it, and nobody begins again meanwhile", async () => {
  const jobId = await settled();
  const one = await claimed();
  const reader = await pool.connect();
  await reader.query("BEGIN");
  await reader.query("SELECT FROM observations WHERE etl_job_id = $1 LIMIT 1", [jobId]);
  const removal = dropJob(jobId);
  await expect.poll(() => renewPeople(one, 30)).toBe(false);
  expect(await claim()).toBeNull();
  await reader.query("COMMIT");
  reader.release();
  await removal;
  expect(await rowsOf(jobId)).toBe(0);
});
