import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { forgetRollUps } from "@/lib/load/forget-roll-ups";
import { prepareJob } from "@/lib/load/prepare-job";
import { settleJob } from "@/lib/load/settle-job";
import { withClient } from "@/lib/load/with-client";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import { chart } from "./chart";
import { jobsAndState } from "./chosen-jobs";
import { lookAtRows } from "./look-at-rows";

vi.mock("./look-at-rows", { spy: true });

await freshDatabase();

const jobId = randomUUID();
const { pool } = database();

/** Observations that have come, and as many bytes of the file as would make them a large job. */
async function rowsArrive(from: number, to: number) {
  await pool.query(
    `INSERT INTO observations
       (etl_job_id, patient_id, id, file_no, line_no, code, value_quantity, value_unit, resource)
     SELECT $1, 'p', 'o' || n, 1, n, 'weight', n, 'kg', '{}' FROM generate_series($2::int, $3::int) AS n`,
    [jobId, from, to],
  );
  await pool.query("UPDATE export_files SET loaded_bytes = $2 WHERE job_id = $1", [
    jobId,
    to * 1_000_000,
  ]);
}

const weights = async () =>
  (await chart("observation-distribution", { job: [jobId], code: "weight" })).count;
const looks = async () =>
  (await pool.query("SELECT settled, made_at FROM roll_up_jobs WHERE etl_job_id = $1", [jobId]))
    .rows[0];

/** As if the last look had been a minute ago. */
const aMinutePasses = () =>
  pool.query("UPDATE roll_up_jobs SET made_at = made_at - interval '1 minute'");

test("a large job that loads is looked at when somebody asks, and again when that look is old", async () => {
  await pool.query(
    `INSERT INTO export_jobs (id, connection_name, fhir_base_url, level, request, created_by, stage)
     VALUES ($1, 'test', 'https://fhir.example', 'system', '{}', 'test', 'load')`,
    [jobId],
  );
  await pool.query(
    `INSERT INTO export_files (id, job_id, file_no, kind, resource_type, url, state)
     VALUES ($1, $2, 1, 'output', 'Observation', 'https://fhir.example/1', 'downloaded')`,
    [randomUUID(), jobId],
  );
  await prepareJob(jobId);

  await rowsArrive(1, 10);
  expect(await weights()).toBe(10);
  expect((await jobsAndState({ job: [jobId] })).jobs).toEqual([[], [jobId]]);

  await rowsArrive(11, 50);
  expect(await weights()).toBe(50);
  expect(await looks()).toMatchObject({ settled: false });
  expect((await jobsAndState({ job: [jobId] })).jobs).toEqual([[jobId], []]);

  await rowsArrive(51, 60);
  expect(await weights()).toBe(50);
  await aMinutePasses();
  // Whoever asks now may get the old number, and sets the next look going.
  while ((await weights()) === 50) await sleep(20);
  expect(await weights()).toBe(60);

  // Nothing has come since then: no look.
  await aMinutePasses();
  const before = await looks();
  // A look begins within the answer.
  const seen = vi.mocked(lookAtRows).mock.calls.length;
  await weights();
  expect(lookAtRows).toHaveBeenCalledTimes(seen);
  expect(await looks()).toEqual(before);
});

test("settling replaces what was made while it loaded, and a file that is tried again ends that", async () => {
  await rowsArrive(61, 70);
  await settleJob(jobId);
  expect(await looks()).toMatchObject({ settled: true });
  expect(await weights()).toBe(70);

  await withClient((client) => forgetRollUps(client, jobId));
  await rowsArrive(71, 80);
  expect(await weights()).toBe(80);
  expect(await looks()).toMatchObject({ settled: false });
});
