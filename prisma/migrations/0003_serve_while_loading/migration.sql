-- A job that still loads may have roll-ups too: of what was there when a chart last looked.
ALTER TABLE "roll_up_jobs"
  ADD COLUMN "settled" BOOLEAN NOT NULL DEFAULT true,
  ADD COLUMN "seen_bytes" BIGINT,
  ADD COLUMN "seconds" DOUBLE PRECISION;

-- What a search can find, each once.
CREATE TABLE "roll_up_words" (
    "etl_job_id" UUID NOT NULL,
    "no" INTEGER NOT NULL,
    "resource_type" TEXT NOT NULL,
    "code" TEXT,
    "display" TEXT,
    "records" INTEGER NOT NULL,

    CONSTRAINT "roll_up_words_pkey" PRIMARY KEY ("etl_job_id","no")
);

-- Roll-ups from before know no words: charts make them anew when they first look.
DELETE FROM "roll_up_jobs";

-- A search finds ids: the index that settling builds, for jobs that were settled before.
DO $$
DECLARE
  part record;
BEGIN
  FOR part IN
    SELECT child.oid::regclass AS name, child.relname AS base,
           CASE parent.relname WHEN 'patients' THEN 'id text_pattern_ops'
                               ELSE 'hashtextextended(id, 0)' END AS definition
      FROM pg_inherits
      JOIN pg_class AS child ON child.oid = inhrelid
      JOIN pg_class AS parent ON parent.oid = inhparent
     WHERE parent.relname IN ('patients', 'conditions', 'observations', 'medication_requests',
                              'encounters', 'resources')
       AND child.relkind = 'r' AND pg_table_is_visible(parent.oid)
  LOOP
    EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON %s (%s)',
                   part.base || '_id', part.name, part.definition);
  END LOOP;
END $$;
