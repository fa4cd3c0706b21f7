import type { Throughput } from "@/lib/contract/job";
import { database } from "./client";

/** Spans that a chart has room for; the stored ones double when there are 120, so there are 60 to 120. */
const most = 1_000;

/**
 * What a job brought span by span, over its whole life: as long as the longest that is stored, all alike,
 * also those in which nothing came. Of a retried job the time in which it had ended is among them.
 * Nothing of jobs that ran before this was kept.
 */
export async function throughputOf(jobId: string): Promise<Throughput> {
  const { rows } = await database().pool.query<
    Throughput["points"][number] & { step: number; at: Date }
  >(
    `WITH spans AS (SELECT * FROM job_throughput WHERE job_id = $1), whole AS (
       SELECT max(seconds) AS step, min(at) AS first,
         -- While it loads, until now: that nothing comes must be seen.
         CASE WHEN (SELECT stage IN ('download', 'load') FROM export_jobs WHERE id = $1)
           THEN greatest(now(), max(at)) ELSE max(at) END AS last
       FROM spans)
     SELECT w.step, w.first + n * w.step * interval '1 second' AS at,
       CASE WHEN w.last > w.first + n * w.step * interval '1 second'
           AND w.last < w.first + (n + 1) * w.step * interval '1 second' AND w.last >= now()
         THEN greatest(0.5, extract(epoch FROM w.last - w.first) - n * w.step)
         ELSE w.step END::float8 AS seconds,
       coalesce(sum(s.lines), 0)::float8 AS records,
       coalesce(sum(s.loaded_bytes), 0)::float8 AS loaded_bytes,
       coalesce(sum(s.received_bytes), 0)::float8 AS received_bytes
     FROM whole w
     CROSS JOIN generate_series(0, least(${most},
       floor(extract(epoch FROM w.last - w.first) / w.step))::int) AS n
     LEFT JOIN spans s ON floor(extract(epoch FROM s.at - w.first) / w.step) = n
     WHERE w.step IS NOT NULL
     GROUP BY n, w.step, w.first, w.last ORDER BY n`,
    [jobId],
  );
  return {
    step_seconds: rows[0]?.step ?? 1,
    points: rows.map(({ step: _step, at, ...point }) => ({ at: at.toISOString(), ...point })),
  };
}
