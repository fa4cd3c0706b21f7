-- Attachments that resources name by their address: how many a job has, and those that it fetches.
ALTER TABLE "export_jobs" ADD COLUMN "attachments_found" INTEGER;

CREATE TYPE "attachment_state" AS ENUM ('pending', 'downloaded', 'left', 'failed');

CREATE TABLE "export_attachments" (
  "id" UUID NOT NULL DEFAULT gen_random_uuid(),
  "job_id" UUID NOT NULL,
  "resource_type" TEXT NOT NULL,
  "resource_id" TEXT NOT NULL,
  "patient_id" TEXT NOT NULL,
  "place" INTEGER NOT NULL,
  "url" TEXT NOT NULL,
  "content_type" TEXT,
  "state" "attachment_state" NOT NULL,
  "left_reason" TEXT,
  "next_run_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "locked_by" TEXT,
  "locked_until" TIMESTAMPTZ(3),
  "path" TEXT,
  "size_bytes" BIGINT NOT NULL DEFAULT 0,
  "downloaded_at" TIMESTAMPTZ(3),
  "error_code" TEXT,
  "error_message" TEXT,
  "error_details" JSONB,
  CONSTRAINT "export_attachments_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "export_attachments_job_id_fkey" FOREIGN KEY ("job_id")
    REFERENCES "export_jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE UNIQUE INDEX "export_attachments_job_id_resource_type_resource_id_place_key"
  ON "export_attachments"("job_id", "resource_type", "resource_id", "place");
CREATE INDEX "export_attachments_job_id_state_next_run_at_idx"
  ON "export_attachments"("job_id", "state", "next_run_at");
