import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { chart } from "@/lib/query/chart";
import { database } from "./client";
import { freshDatabase } from "./fresh-database";
import { jobForTests } from "./job-for-tests";
import { jobDetail } from "./jobs";

await freshDatabase();

type File = {
  kind: "output" | "error" | "deleted";
  /** the manifest's count */
  expected: number | null;
  lines: number;
  rejected?: number;
  /** of the issues in it */
  severities?: string[];
};
const patients: File = { kind: "output", expected: 5, lines: 5 };

/** A job that has ended without failure, with these files. */
async function doneJob(files: File[]): Promise<string> {
  const { pool } = database();
  const jobId = await jobForTests({ request: { resource_types: [] } });
  await pool.query("UPDATE export_jobs SET stage = 'done', ended_at = now() WHERE id = $1", [
    jobId,
  ]);
  for (const [index, { kind, expected, lines, rejected = 0, severities = [] }] of files.entries()) {
    const fileId = randomUUID();
    await pool.query(
      `INSERT INTO export_files (id, job_id, file_no, kind, url, state, expected_count, lines,
         accepted, rejected)
       VALUES ($1, $2, $3, $4, 'https://bulk.example.org/f', 'loaded', $5, $6, $7, $8)`,
      [fileId, jobId, index + 1, kind, expected, lines, lines - rejected, rejected],
    );
    for (const [no, severity] of severities.entries()) {
      await pool.query(
        `INSERT INTO export_outcomes (file_id, job_id, line_no, issue_no, severity, code)
         VALUES ($1, $2, 1, $3, $4, 'processing')`,
        [fileId, jobId, no + 1, severity],
      );
    }
  }
  return jobId as string;
}

test.each<[string, File[], "complete" | "incomplete" | "unknown"]>([
  ["all counts are met", [patients], "complete"],
  ["a file has no count", [patients, { ...patients, expected: null }], "unknown"],
  [
    "one file has a line less and another one more",
    [
      { ...patients, lines: 4 },
      { ...patients, lines: 6 },
    ],
    "incomplete",
  ],
  ["a line is rejected", [{ ...patients, rejected: 1 }], "incomplete"],
  [
    "the server tells of an error",
    [patients, { kind: "error", expected: 63, lines: 1, severities: ["error"] }],
    "incomplete",
  ],
  [
    "the server tells of something in words that FHIR does not know",
    [patients, { kind: "error", expected: null, lines: 1, severities: ["Critical"] }],
    "incomplete",
  ],
  [
    "the server only remarks on something",
    [patients, { kind: "error", expected: 63, lines: 1, severities: ["Information", "warning"] }],
    "complete",
  ],
  [
    "what the server tells cannot be read",
    [patients, { kind: "error", expected: null, lines: 2, rejected: 1, severities: ["warning"] }],
    "incomplete",
  ],
  [
    "what the server has to tell did not come",
    [patients, { kind: "error", expected: 3, lines: 0 }],
    "incomplete",
  ],
  [
    "deletions that were announced did not come",
    [patients, { kind: "deleted", expected: 19, lines: 18 }],
    "incomplete",
  ],
  ["there is nothing", [], "unknown"],
])("where %s, the job's page and the charts say so alike", async (_what, files, expected) => {
  const jobId = await doneJob(files);
  expect((await jobDetail(jobId)).completeness).toBe(expected);
  const { jobs_complete, jobs_incomplete, jobs_unknown } = await chart("summary", { job: [jobId] });
  expect({ jobs_complete, jobs_incomplete, jobs_unknown }).toEqual({
    jobs_complete: 0,
    jobs_incomplete: 0,
    jobs_unknown: 0,
    [`jobs_${expected}`]: 1,
  });
});
