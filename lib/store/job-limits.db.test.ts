import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { ExportRequest } from "@/lib/contract/export-request";
import { AppError } from "@/lib/errors";
import { claimJob } from "./claims";
import { database } from "./client";
import { createConnection } from "./connections";
import { createJobs } from "./create-job";
import { freshDatabase, removeJobs } from "./fresh-database";
import { storeRetry } from "./job-orders";
import { storeJobFailure, storeJobRetry, storeWaiting } from "./job-writes";
import { jobDetail } from "./jobs";

await freshDatabase();
const fhirBaseUrl = "https://bulk.example.org/fhir";

/** A job that the server has prepared for `hours`, held by us. */
async function preparing(hours: number, request: Partial<ExportRequest> = {}) {
  await removeJobs();
  const { connection_id: connectionId } = await createConnection({
    name: "x",
    fhirBaseUrl,
    auth: "none",
    tokenUrl: null,
    clientId: null,
    scope: null,
    key: null,
    createdBy: "me",
  });
  const [jobId] = await createJobs([
    {
      connectionId,
      connectionName: "x",
      fhirBaseUrl,
      level: "system",
      groupId: null,
      groupName: null,
      request: ExportRequest.parse(request),
      createdBy: "me",
      statusUrl: "https://bulk.example.org/status/1",
    },
  ]);
  const later = (hours: number) =>
    database().pool.query(
      `UPDATE export_jobs SET kicked_off_at = kicked_off_at - $1 * interval '1 hour',
         progress_at = progress_at - $1 * interval '1 hour', limit_from = limit_from - $1 * interval '1 hour'`,
      [hours],
    );
  await later(hours);
  const wait = async (progress: string | null) => {
    await database().pool.query("UPDATE export_jobs SET next_run_at = now()");
    const job = await claimJob(randomUUID(), 30);
    if (!job) throw new Error("not due");
    const refused = await storeWaiting(job, { delayMs: 0, progress }).then(
      () => null,
      (error) => error as AppError,
    );
    if (refused) await storeJobFailure(job, refused);
    return refused?.code ?? "waits";
  };
  return { jobId: jobId as string, later, wait };
}

test("a progress that counts and stands still for two days is a stalled export", async () => {
  const { wait, later } = await preparing(0);
  expect(await wait("10 of 20 patients")).toBe("waits");
  await later(47);
  expect(await wait("10 of 20 patients")).toBe("waits");
  expect(await wait("11 of 20 patients")).toBe("waits");
  await later(47);
  expect(await wait("11 of 20 patients")).toBe("waits");
  await later(2);
  expect(await wait("11 of 20 patients")).toBe("export-stalled");
});

test("a server that tells nothing, or the same word, may take its days", async () => {
  const { wait, later } = await preparing(0);
  expect(await wait(null)).toBe("waits");
  await later(500);
  expect(await wait(null)).toBe("waits");
  expect(await wait("in progress")).toBe("waits");
  await later(200);
  expect(await wait("in progress")).toBe("waits");
});

test("an export's own stall limit counts whatever the server tells", async () => {
  const { wait, later } = await preparing(0, { stall_hours: 3 });
  await later(2);
  expect(await wait(null)).toBe("waits");
  await later(2);
  expect(await wait(null)).toBe("export-stalled");
});

test("thirty days are the limit, or what the export says, and a retry counts anew", async () => {
  expect(await (await preparing(719)).wait("in progress")).toBe("waits");
  expect(await (await preparing(721)).wait("in progress")).toBe("export-over-limit");
  const own = await preparing(6, { limit_hours: 5 });
  expect(await own.wait("in progress")).toBe("export-over-limit");
  expect((await jobDetail(own.jobId)).error).toContain("Timeout exceeded");
  await storeRetry(own.jobId, "me", () => "poll");
  expect(await own.wait("in progress")).toBe("waits");
  await own.later(6);
  expect(await own.wait("in progress")).toBe("export-over-limit");
});

test("a server that asks us for ever to come later meets the limit as well", async () => {
  const { jobId } = await preparing(6, { limit_hours: 5 });
  const job = await claimJob(randomUUID(), 30);
  if (!job) throw new Error("not due");
  const error = new AppError("rate-limited", { host: "bulk.example.org" });
  await storeJobRetry(job, { error, delayMs: 1_000, counted: false });
  expect(await jobDetail(jobId)).toMatchObject({
    status: "failed",
    failure: { code: "export-over-limit", params: { hours: 5 } },
  });
});
