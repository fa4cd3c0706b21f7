import { z } from "zod";
import type { ChartData, ChartQuery } from "@/lib/contract/chart";
import { JobStage } from "@/lib/contract/job";
import { completenessOf, isErrorSql, mismatchedSql } from "@/lib/store/completeness";
import { chosenJobs } from "../chosen-jobs";
import { plausibleMonth } from "../plausible-month";
import { rolledUp } from "../rolled-up";
import { rows } from "../rows";

const Totals = z.object({
  patients: z.number(),
  resources: z.number(),
  from: z.date().nullable(),
  to: z.date().nullable(),
});

const totalsSql = `
  SELECT
    (SELECT count(*)::float8 FROM (
       SELECT DISTINCT patient FROM ${rolledUp("roll_up_patients")} AS held) AS patients) AS patients,
    (SELECT COALESCE(sum(records), 0)::float8 FROM ${rolledUp("roll_up_types")} AS held) AS resources,
    min(first_at) AS from,
    max(last_at) AS to
  FROM (
    SELECT month, first_at, last_at FROM ${rolledUp("roll_up_encounters")} AS held
    UNION ALL
    SELECT month, first_at, last_at FROM ${rolledUp("roll_up_observation_months")} AS held
  ) AS months
  WHERE ${plausibleMonth("month")}`;

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
   WHERE ($1::uuid[] = '{}' OR j.id = ANY($1))
   GROUP BY j.id`;

/**
 * How much there is and whether it is all: distinct Patient ids across the chosen jobs (a patient of
 * two jobs counts once), rows of every type (a resource of two jobs counts twice: they are two rows),
 * first and last encounter or observation, and how many of the jobs are complete.
 */
export async function summary(query: ChartQuery): Promise<ChartData<"summary">> {
  const [[totals], jobs] = await Promise.all([
    rows(Totals, totalsSql, await chosenJobs(query.job)),
    rows(JobFacts, jobsSql, [query.job]),
  ]);
  const completeness = jobs.map((job) => completenessOf(job.stage, job, job));
  const how = (word: string) => completeness.filter((found) => found === word).length;
  return {
    patients: totals?.patients ?? 0,
    resources: totals?.resources ?? 0,
    jobs: jobs.length,
    period:
      totals?.from && totals.to
        ? { from: totals.from.toISOString(), to: totals.to.toISOString() }
        : null,
    jobs_complete: how("complete"),
    jobs_incomplete: how("incomplete"),
    jobs_unknown: how("unknown"),
  };
}
