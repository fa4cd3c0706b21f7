-- How a job gets its data: by bulk export, or by FHIR search over the group's members where bulk export
-- does not work. Jobs from before were all bulk.
CREATE TYPE "export_mode" AS ENUM ('bulk', 'search');

ALTER TABLE "export_jobs"
  ADD COLUMN "mode" "export_mode" NOT NULL DEFAULT 'bulk',
  ADD COLUMN "mode_reason" TEXT;
