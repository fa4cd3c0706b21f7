-- What charts of some sexes and ages read is made by a worker when the job is settled, not when somebody
-- first asks: whose turn it is, and for how long.
ALTER TABLE "roll_up_jobs" ADD COLUMN "locked_by" TEXT, ADD COLUMN "locked_until" TIMESTAMPTZ(3);

-- How many records a job's people have, of a type or of a code's numbers: of those numbered 0 to n, four bytes
-- for each n. What some of them have is a difference of two places, so no long list of people is read.
CREATE TABLE "roll_up_totals" (
    "etl_job_id" UUID NOT NULL,
    "no" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "code_system" TEXT,
    "code" TEXT,
    "display" TEXT,
    "unit" TEXT,
    "upto" BYTEA NOT NULL,

    CONSTRAINT "roll_up_totals_pkey" PRIMARY KEY ("etl_job_id","no")
);

-- Uncompressed, a place is found without reading what stands before it.
ALTER TABLE "roll_up_totals" ALTER COLUMN "upto" SET STORAGE EXTERNAL, ALTER COLUMN "upto" SET STATISTICS 0;

-- The first and the last month that somebody has something in.
DROP INDEX "roll_up_facts_etl_job_id_kind_idx";
CREATE INDEX "roll_up_facts_etl_job_id_kind_month_idx" ON "roll_up_facts"("etl_job_id", "kind", "month");

-- Of jobs that are there it is made anew, in the background.
UPDATE "roll_up_jobs" SET "people" = false, "made_at" = "made_at" + interval '1 ms' WHERE "people";
