-- A job that still loads may have roll-ups too: of what was there when a chart last looked.
ALTER TABLE "roll_up_jobs"
  ADD COLUMN "settled" BOOLEAN NOT NULL DEFAULT true,
  ADD COLUMN "seen_bytes" BIGINT,
  ADD COLUMN "seconds" DOUBLE PRECISION;

-- CreateTable
CREATE TABLE "roll_up_words" (
    "etl_job_id" UUID NOT NULL,
    "no" INTEGER NOT NULL,
    "resource_type" TEXT NOT NULL,
    "code" TEXT,
    "display" TEXT,
    "records" INTEGER NOT NULL,

    CONSTRAINT "roll_up_words_pkey" PRIMARY KEY ("etl_job_id","no")
);
