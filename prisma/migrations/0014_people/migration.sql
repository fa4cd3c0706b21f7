-- Charts of some sexes and ages: whose resources are counted.
CREATE TABLE "roll_up_people" (
    "etl_job_id" UUID NOT NULL,
    "no" INTEGER NOT NULL,
    "patient" BIGINT NOT NULL,

    CONSTRAINT "roll_up_people_pkey" PRIMARY KEY ("etl_job_id","no")
);

CREATE TABLE "roll_up_facts" (
    "etl_job_id" UUID NOT NULL,
    "no" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "code_system" TEXT,
    "code" TEXT,
    "display" TEXT,
    "month" DATE,
    "people" INTEGER[],
    "patients" BIGINT[],

    CONSTRAINT "roll_up_facts_pkey" PRIMARY KEY ("etl_job_id","no")
);

CREATE INDEX "roll_up_facts_etl_job_id_kind_idx" ON "roll_up_facts"("etl_job_id", "kind");

ALTER TABLE "roll_up_value_months" ADD COLUMN "people" INTEGER[];

-- Roll-ups from before know no people: they are made anew when a chart first asks for some.
ALTER TABLE "roll_up_jobs" ADD COLUMN "people" BOOLEAN NOT NULL DEFAULT false;

-- No question looks for what is inside these; statistics of them would cost more than they tell.
ALTER TABLE "roll_up_facts" ALTER COLUMN "people" SET STATISTICS 0, ALTER COLUMN "patients" SET STATISTICS 0;
ALTER TABLE "roll_up_value_months" ALTER COLUMN "people" SET STATISTICS 0;
