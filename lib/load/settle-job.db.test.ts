import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { database } from "@/lib/store/client";
import { rollUpsLock } from "@/lib/store/drop-roll-ups";
import { freshDatabase } from "@/lib/store/fresh-database";
import { jobForTests } from "@/lib/store/job-for-tests";
import { prepareJob } from "./prepare-job";
import { settleJob } from "./settle-job";

const url = await freshDatabase();

test("more jobs than there are connections come to their roll-ups at one time, and all are settled", async () => {
  const jobs: string[] = [];
  for (let n = 0; n < database().pool.options.max + 4; n += 1) {
    const jobId = await jobForTests();
    await prepareJob(jobId);
    jobs.push(jobId);
  }
  const somebody = new pg.Client(url);
  await somebody.connect();
  onTestFinished(() => somebody.end());
  await somebody.query(
    "SELECT pg_advisory_lock(hashtextextended(lock, 0)) FROM unnest($1::text[]) AS lock",
    [jobs.map(rollUpsLock)],
  );
  const settling = Promise.allSettled(jobs.map((jobId) => settleJob(jobId)));
  const held = async () => {
    const { rows } = await somebody.query<{ held: number }>(
      `SELECT count(*)::int AS held FROM pg_locks JOIN pg_database d ON d.oid = database
       WHERE d.datname = current_database() AND locktype = 'advisory' AND NOT granted`,
    );
    return rows[0]?.held ?? 0;
  };
  // Until no more come to where they hold a connection and wait.
  for (let before = 0, same = 0; same < 10; await sleep(50)) {
    const now = await held();
    same = now > 0 && now === before ? same + 1 : 0;
    before = now;
  }
  await somebody.query("SELECT pg_advisory_unlock_all()");
  expect((await settling).filter(({ status }) => status === "rejected")).toEqual([]);
}, 60_000);
