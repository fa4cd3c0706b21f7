-- How fast a job loaded, over its whole life: what each span of time brought. A span is a second in the
-- first two minutes and twice as long whenever the job is twice as old, so that a day makes some seven
-- hundred rows and nothing ever has to be merged.
CREATE TABLE "job_throughput" (
    "job_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "seconds" INTEGER NOT NULL,
    "lines" BIGINT NOT NULL,
    "loaded_bytes" BIGINT NOT NULL,
    "received_bytes" BIGINT NOT NULL,

    CONSTRAINT "job_throughput_pkey" PRIMARY KEY ("job_id", "at")
);

ALTER TABLE "job_throughput" ADD CONSTRAINT "job_throughput_job_id_fkey"
  FOREIGN KEY ("job_id") REFERENCES "export_jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Written where the counters are written, within the same statement: no round trip of its own, and no
-- writer of counters can forget it. Once a statement, however many files that counts.
CREATE FUNCTION add_throughput() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO job_throughput AS t (job_id, at, seconds, lines, loaded_bytes, received_bytes)
  SELECT d.job_id, b.first + floor(e.elapsed / w.width) * w.width * interval '1 second', w.width,
         d.lines, d.loaded_bytes, d.received_bytes
    FROM (
      -- A load that begins anew, or a download, counts from zero again: what was done, was done.
      SELECT n.job_id, sum(greatest(0, n.lines - o.lines)) AS lines,
             sum(greatest(0, n.loaded_bytes - o.loaded_bytes)) AS loaded_bytes,
             sum(greatest(0, n.size_bytes - o.size_bytes)) AS received_bytes
        FROM new_files AS n JOIN old_files AS o ON o.id = n.id
       WHERE n.kind = 'output'
         AND (n.loaded_bytes > o.loaded_bytes OR n.size_bytes > o.size_bytes)
       GROUP BY n.job_id) AS d
   CROSS JOIN LATERAL (
      SELECT coalesce(min(x.at), date_trunc('second', clock_timestamp())) AS first
        FROM job_throughput AS x WHERE x.job_id = d.job_id) AS b
   CROSS JOIN LATERAL (
      SELECT greatest(0, extract(epoch FROM clock_timestamp() - b.first)::float8) AS elapsed) AS e
   CROSS JOIN LATERAL (
      SELECT CASE WHEN e.elapsed < 120 THEN 1
                  ELSE (2 ^ (floor(ln(e.elapsed / 120) / ln(2)) + 1))::int END AS width) AS w
  ON CONFLICT (job_id, at) DO UPDATE
     SET lines = t.lines + excluded.lines, loaded_bytes = t.loaded_bytes + excluded.loaded_bytes,
         received_bytes = t.received_bytes + excluded.received_bytes;
  RETURN NULL;
END $$;

CREATE TRIGGER "export_files_throughput" AFTER UPDATE ON "export_files"
  REFERENCING OLD TABLE AS old_files NEW TABLE AS new_files
  FOR EACH STATEMENT EXECUTE FUNCTION add_throughput();

-- How many patients the server's group had when its export was started, where that was told.
ALTER TABLE "export_jobs" ADD COLUMN "group_patients" INTEGER;
