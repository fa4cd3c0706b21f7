-- The first schema. Data tables are partitioned by list of etl_job_id: the pipeline makes one
-- partition a job and table, and removing a job drops its partitions. Every key of a data table
-- contains patient_id, so that a distributed PostgreSQL can shard by it.

-- CreateEnum
CREATE TYPE "role" AS ENUM ('admin', 'operator', 'viewer');

-- CreateEnum
CREATE TYPE "api_key_scope" AS ENUM ('read', 'write');

-- CreateEnum
CREATE TYPE "auth_kind" AS ENUM ('smart', 'none');

-- CreateEnum
CREATE TYPE "export_level" AS ENUM ('system', 'patient', 'group');

-- CreateEnum
CREATE TYPE "stage" AS ENUM ('kickoff', 'poll', 'download', 'load', 'done', 'failed', 'cancelled');

-- CreateEnum
CREATE TYPE "file_kind" AS ENUM ('output', 'error', 'deleted');

-- CreateEnum
CREATE TYPE "file_state" AS ENUM ('pending', 'downloaded', 'loaded', 'failed');

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "role" "role" NOT NULL,
    "disabled_at" TIMESTAMPTZ(3),
    "last_sign_in_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "invitations" (
    "id" UUID NOT NULL,
    "token_hash" TEXT NOT NULL,
    "role" "role" NOT NULL,
    "email" TEXT,
    "created_by" TEXT,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "invitations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "key_hash" TEXT NOT NULL,
    "scope" "api_key_scope" NOT NULL,
    "created_by" TEXT,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_events" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target" TEXT,
    "details" JSONB NOT NULL DEFAULT '{}',
    "ip" TEXT,

    CONSTRAINT "audit_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connections" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "fhir_base_url" TEXT NOT NULL,
    "auth" "auth_kind" NOT NULL,
    "token_url" TEXT,
    "client_id" TEXT,
    "scope" TEXT,
    "algorithm" TEXT,
    "key_id" TEXT,
    "key_thumbprint" TEXT,
    "key_kind" TEXT,
    "private_key_encrypted" TEXT,
    "last_test" JSONB,
    "capability" JSONB,
    "created_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "connections_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "export_jobs" (
    "id" UUID NOT NULL,
    "batch_id" UUID,
    "connection_id" UUID,
    "connection_name" TEXT NOT NULL,
    "fhir_base_url" TEXT NOT NULL,
    "level" "export_level" NOT NULL,
    "group_id" TEXT,
    "group_name" TEXT,
    "request" JSONB NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "stage" "stage" NOT NULL,
    "next_run_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "locked_by" TEXT,
    "locked_until" TIMESTAMPTZ(3),
    "cancel_requested_at" TIMESTAMPTZ(3),
    "status_url" TEXT,
    "server_progress" TEXT,
    "kicked_off_at" TIMESTAMPTZ(3),
    "prepared_at" TIMESTAMPTZ(3),
    "downloaded_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "transaction_time" TIMESTAMPTZ(3),
    "requires_access_token" BOOLEAN NOT NULL DEFAULT false,
    "manifest" JSONB,
    "error_code" TEXT,
    "error_message" TEXT,
    "error_details" JSONB,
    "warning" TEXT,

    CONSTRAINT "export_jobs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "export_files" (
    "id" UUID NOT NULL,
    "job_id" UUID NOT NULL,
    "file_no" INTEGER NOT NULL,
    "kind" "file_kind" NOT NULL,
    "resource_type" TEXT,
    "url" TEXT NOT NULL,
    "expected_count" BIGINT,
    "state" "file_state" NOT NULL DEFAULT 'pending',
    "next_run_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "locked_by" TEXT,
    "locked_until" TIMESTAMPTZ(3),
    "path" TEXT,
    "size_bytes" BIGINT NOT NULL DEFAULT 0,
    "loaded_bytes" BIGINT NOT NULL DEFAULT 0,
    "lines" BIGINT NOT NULL DEFAULT 0,
    "accepted" BIGINT NOT NULL DEFAULT 0,
    "duplicates" BIGINT NOT NULL DEFAULT 0,
    "rejected" BIGINT NOT NULL DEFAULT 0,
    "download_started_at" TIMESTAMPTZ(3),
    "downloaded_at" TIMESTAMPTZ(3),
    "load_started_at" TIMESTAMPTZ(3),
    "loaded_at" TIMESTAMPTZ(3),
    "error_code" TEXT,
    "error_message" TEXT,
    "error_details" JSONB,

    CONSTRAINT "export_files_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rejected_lines" (
    "file_id" UUID NOT NULL,
    "line_no" INTEGER NOT NULL,
    "job_id" UUID NOT NULL,
    "byte_offset" BIGINT NOT NULL,
    "size_bytes" BIGINT NOT NULL,
    "reason_code" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "line" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "rejected_lines_pkey" PRIMARY KEY ("file_id","line_no")
);

-- CreateTable
CREATE TABLE "export_outcomes" (
    "file_id" UUID NOT NULL,
    "line_no" INTEGER NOT NULL,
    "issue_no" INTEGER NOT NULL,
    "job_id" UUID NOT NULL,
    "severity" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "diagnostics" TEXT,

    CONSTRAINT "export_outcomes_pkey" PRIMARY KEY ("file_id","line_no","issue_no")
);

-- CreateTable
CREATE TABLE "deleted_resources" (
    "file_id" UUID NOT NULL,
    "line_no" INTEGER NOT NULL,
    "entry_no" INTEGER NOT NULL,
    "job_id" UUID NOT NULL,
    "resource_type" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,

    CONSTRAINT "deleted_resources_pkey" PRIMARY KEY ("file_id","line_no","entry_no")
);

-- CreateTable
CREATE TABLE "export_events" (
    "id" BIGSERIAL NOT NULL,
    "job_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "event" TEXT NOT NULL,
    "detail" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "export_events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "workers" (
    "id" TEXT NOT NULL,
    "host" TEXT NOT NULL,
    "pid" INTEGER NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "heartbeat_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "workers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "patients" (
    "etl_job_id" UUID NOT NULL,
    "patient_id" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "file_no" INTEGER NOT NULL,
    "line_no" INTEGER NOT NULL,
    "last_updated" TIMESTAMPTZ(3),
    "birth_date" DATE,
    "gender" TEXT,
    "deceased" BOOLEAN,
    "deceased_at" TIMESTAMPTZ(3),
    "family_name" TEXT,
    "given_name" TEXT,
    "city" TEXT,
    "state" TEXT,
    "postal_code" TEXT,
    "country" TEXT,
    "resource" JSON NOT NULL,

    CONSTRAINT "patients_pkey" PRIMARY KEY ("etl_job_id","patient_id","id")
) PARTITION BY LIST ("etl_job_id");

-- CreateTable
CREATE TABLE "conditions" (
    "etl_job_id" UUID NOT NULL,
    "patient_id" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "file_no" INTEGER NOT NULL,
    "line_no" INTEGER NOT NULL,
    "last_updated" TIMESTAMPTZ(3),
    "code_system" TEXT,
    "code" TEXT,
    "code_display" TEXT,
    "category" TEXT,
    "clinical_status" TEXT,
    "verification_status" TEXT,
    "onset_at" TIMESTAMPTZ(3),
    "abatement_at" TIMESTAMPTZ(3),
    "recorded_at" TIMESTAMPTZ(3),
    "encounter_id" TEXT,
    "resource" JSON NOT NULL,

    CONSTRAINT "conditions_pkey" PRIMARY KEY ("etl_job_id","patient_id","id")
) PARTITION BY LIST ("etl_job_id");

-- CreateTable
CREATE TABLE "observations" (
    "etl_job_id" UUID NOT NULL,
    "patient_id" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "file_no" INTEGER NOT NULL,
    "line_no" INTEGER NOT NULL,
    "last_updated" TIMESTAMPTZ(3),
    "code_system" TEXT,
    "code" TEXT,
    "code_display" TEXT,
    "category" TEXT,
    "status" TEXT,
    "effective_at" TIMESTAMPTZ(3),
    "value_quantity" DOUBLE PRECISION,
    "value_unit" TEXT,
    "value_text" TEXT,
    "encounter_id" TEXT,
    "resource" JSON NOT NULL,

    CONSTRAINT "observations_pkey" PRIMARY KEY ("etl_job_id","patient_id","id")
) PARTITION BY LIST ("etl_job_id");

-- CreateTable
CREATE TABLE "medication_requests" (
    "etl_job_id" UUID NOT NULL,
    "patient_id" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "file_no" INTEGER NOT NULL,
    "line_no" INTEGER NOT NULL,
    "last_updated" TIMESTAMPTZ(3),
    "medication_system" TEXT,
    "medication_code" TEXT,
    "medication_display" TEXT,
    "status" TEXT,
    "intent" TEXT,
    "authored_at" TIMESTAMPTZ(3),
    "encounter_id" TEXT,
    "resource" JSON NOT NULL,

    CONSTRAINT "medication_requests_pkey" PRIMARY KEY ("etl_job_id","patient_id","id")
) PARTITION BY LIST ("etl_job_id");

-- CreateTable
CREATE TABLE "encounters" (
    "etl_job_id" UUID NOT NULL,
    "patient_id" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "file_no" INTEGER NOT NULL,
    "line_no" INTEGER NOT NULL,
    "last_updated" TIMESTAMPTZ(3),
    "status" TEXT,
    "class_code" TEXT,
    "type_code" TEXT,
    "type_display" TEXT,
    "start_at" TIMESTAMPTZ(3),
    "end_at" TIMESTAMPTZ(3),
    "resource" JSON NOT NULL,

    CONSTRAINT "encounters_pkey" PRIMARY KEY ("etl_job_id","patient_id","id")
) PARTITION BY LIST ("etl_job_id");

-- CreateTable
CREATE TABLE "resources" (
    "etl_job_id" UUID NOT NULL,
    "patient_id" TEXT NOT NULL,
    "id" TEXT NOT NULL,
    "resource_type" TEXT NOT NULL,
    "file_no" INTEGER NOT NULL,
    "line_no" INTEGER NOT NULL,
    "last_updated" TIMESTAMPTZ(3),
    "code_system" TEXT,
    "code" TEXT,
    "code_display" TEXT,
    "status" TEXT,
    "occurred_at" TIMESTAMPTZ(3),
    "resource" JSON NOT NULL,

    CONSTRAINT "resources_pkey" PRIMARY KEY ("etl_job_id","patient_id","resource_type","id")
) PARTITION BY LIST ("etl_job_id");

-- CreateTable
CREATE TABLE "roll_up_jobs" (
    "etl_job_id" UUID NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "roll_up_jobs_pkey" PRIMARY KEY ("etl_job_id")
);

-- CreateTable
CREATE TABLE "roll_up_types" (
    "etl_job_id" UUID NOT NULL,
    "no" INTEGER NOT NULL,
    "resource_type" TEXT NOT NULL,
    "records" BIGINT NOT NULL,

    CONSTRAINT "roll_up_types_pkey" PRIMARY KEY ("etl_job_id","no")
);

-- CreateTable
CREATE TABLE "roll_up_patients" (
    "etl_job_id" UUID NOT NULL,
    "no" INTEGER NOT NULL,
    "patient" BIGINT NOT NULL,
    "gender" TEXT,
    "birth_date" DATE,
    "deceased" BOOLEAN,
    "deceased_at" TIMESTAMPTZ(3),
    "last_updated" TIMESTAMPTZ(3),

    CONSTRAINT "roll_up_patients_pkey" PRIMARY KEY ("etl_job_id","no")
);

-- CreateTable
CREATE TABLE "roll_up_codes" (
    "etl_job_id" UUID NOT NULL,
    "no" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "code_system" TEXT,
    "code" TEXT,
    "display" TEXT,
    "records" INTEGER NOT NULL,
    "patients" BIGINT[],

    CONSTRAINT "roll_up_codes_pkey" PRIMARY KEY ("etl_job_id","no")
);

-- CreateTable
CREATE TABLE "roll_up_encounters" (
    "etl_job_id" UUID NOT NULL,
    "no" INTEGER NOT NULL,
    "month" DATE,
    "class_code" TEXT,
    "records" INTEGER NOT NULL,
    "first_at" TIMESTAMPTZ(3),
    "last_at" TIMESTAMPTZ(3),

    CONSTRAINT "roll_up_encounters_pkey" PRIMARY KEY ("etl_job_id","no")
);

-- CreateTable
CREATE TABLE "roll_up_observation_months" (
    "etl_job_id" UUID NOT NULL,
    "no" INTEGER NOT NULL,
    "month" DATE NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "roll_up_observation_months_pkey" PRIMARY KEY ("etl_job_id","no")
);

-- CreateTable
CREATE TABLE "roll_up_value_months" (
    "etl_job_id" UUID NOT NULL,
    "no" INTEGER NOT NULL,
    "code_system" TEXT,
    "code" TEXT NOT NULL,
    "code_display" TEXT,
    "unit" TEXT,
    "month" DATE,
    "values" DOUBLE PRECISION[],

    CONSTRAINT "roll_up_value_months_pkey" PRIMARY KEY ("etl_job_id","no")
);

-- CreateTable
CREATE TABLE "roll_up_values" (
    "etl_job_id" UUID NOT NULL,
    "no" INTEGER NOT NULL,
    "code_system" TEXT,
    "code" TEXT NOT NULL,
    "code_display" TEXT,
    "unit" TEXT,
    "records" INTEGER NOT NULL,
    "values" DOUBLE PRECISION[],
    "counts" INTEGER[],

    CONSTRAINT "roll_up_values_pkey" PRIMARY KEY ("etl_job_id","no")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE UNIQUE INDEX "invitations_token_hash_key" ON "invitations"("token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_key_hash_key" ON "api_keys"("key_hash");

-- CreateIndex
CREATE INDEX "audit_events_at_idx" ON "audit_events"("at" DESC);

-- CreateIndex
CREATE INDEX "audit_events_action_at_idx" ON "audit_events"("action", "at");

-- CreateIndex
CREATE INDEX "connections_fhir_base_url_client_id_key_thumbprint_idx" ON "connections"("fhir_base_url", "client_id", "key_thumbprint");

-- CreateIndex
CREATE INDEX "export_jobs_stage_next_run_at_idx" ON "export_jobs"("stage", "next_run_at");

-- CreateIndex
CREATE INDEX "export_jobs_created_at_idx" ON "export_jobs"("created_at" DESC);

-- CreateIndex
CREATE INDEX "export_jobs_connection_id_group_id_idx" ON "export_jobs"("connection_id", "group_id");

-- CreateIndex
CREATE INDEX "export_jobs_batch_id_idx" ON "export_jobs"("batch_id");

-- CreateIndex
CREATE INDEX "export_files_job_id_state_next_run_at_file_no_idx" ON "export_files"("job_id", "state", "next_run_at", "file_no");

-- CreateIndex
CREATE UNIQUE INDEX "export_files_job_id_file_no_key" ON "export_files"("job_id", "file_no");

-- CreateIndex
CREATE INDEX "rejected_lines_job_id_idx" ON "rejected_lines"("job_id");

-- CreateIndex
CREATE INDEX "export_outcomes_job_id_idx" ON "export_outcomes"("job_id");

-- CreateIndex
CREATE INDEX "deleted_resources_job_id_idx" ON "deleted_resources"("job_id");

-- CreateIndex
CREATE INDEX "export_events_job_id_id_idx" ON "export_events"("job_id", "id");

-- CreateIndex
CREATE INDEX "roll_up_value_months_etl_job_id_code_idx" ON "roll_up_value_months"("etl_job_id", "code");

-- CreateIndex
CREATE INDEX "roll_up_values_etl_job_id_code_idx" ON "roll_up_values"("etl_job_id", "code");

-- No question looks for what is inside these; statistics of them would cost more than they tell.
ALTER TABLE "roll_up_codes" ALTER COLUMN "patients" SET STATISTICS 0;
ALTER TABLE "roll_up_value_months" ALTER COLUMN "values" SET STATISTICS 0;
ALTER TABLE "roll_up_values" ALTER COLUMN "values" SET STATISTICS 0, ALTER COLUMN "counts" SET STATISTICS 0;

-- AddForeignKey
ALTER TABLE "export_jobs" ADD CONSTRAINT "export_jobs_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "export_files" ADD CONSTRAINT "export_files_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "export_jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "rejected_lines" ADD CONSTRAINT "rejected_lines_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "export_files"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "export_outcomes" ADD CONSTRAINT "export_outcomes_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "export_files"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deleted_resources" ADD CONSTRAINT "deleted_resources_file_id_fkey" FOREIGN KEY ("file_id") REFERENCES "export_files"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "export_events" ADD CONSTRAINT "export_events_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "export_jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;
