import { z } from "zod";
import type { ChartData, ChartName } from "@/lib/contract/chart";
import { JobStage } from "@/lib/contract/job";
import { completenessOf, isErrorSql, mismatchedSql } from "@/lib/store/completeness";
import { rows } from "./rows";

const JobFacts = z.object({
  stage: JobStage,
  files: z.number(),
  expected: z.number().nullable(),
  rejected: z.number(),
  mismatched: z.number(),
  unread: z.number(),
  server_errors: z.number(),
  warning: z.string().nullable(),
});

const jobsSql = `
  SELECT j.stage, j.warning,
         (count(*) FILTER (WHERE f.kind = 'output'))::int AS files,
         CASE WHEN bool_and(f.expected_count IS NOT NULL) FILTER (WHERE f.kind = 'output')
           THEN (sum(f.expected_count) FILTER (WHERE f.kind = 'output'))::float8 END AS expected,
         COALESCE(sum(f.rejected) FILTER (WHERE f.kind = 'output'), 0)::float8 AS rejected,
         COALESCE(sum(f.rejected) FILTER (WHERE f.kind <> 'output'), 0)::float8 AS unread,
         (count(*) FILTER (WHERE ${mismatchedSql}))::int AS mismatched,
         (SELECT count(*)::int FROM export_outcomes AS o
           WHERE o.job_id = j.id AND ${isErrorSql}) AS server_errors
    FROM export_jobs AS j
    LEFT JOIN export_files AS f ON f.job_id = j.id
   WHERE j.id = ANY($1::uuid[])
   GROUP BY j.id`;

/** Which jobs numbers come from, and how many of them hold everything that their servers told of. */
export async function sourceOfJobs(ids: string[]): Promise<ChartData<ChartName>["source"]> {
  const found = await rows(JobFacts, jobsSql, [ids]);
  const completeness = found.map((job) => completenessOf(job.stage, job, job));
  const how = (word: string) => completeness.filter((one) => one === word).length;
  return {
    job_ids: ids,
    jobs_complete: how("complete"),
    jobs_incomplete: how("incomplete"),
    jobs_unknown: how("unknown"),
  };
}
