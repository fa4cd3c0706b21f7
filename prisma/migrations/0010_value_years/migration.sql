-- A trend over many years adds up different values and how often each is there, not every single one.
CREATE TABLE "roll_up_value_years" (
    "etl_job_id" UUID NOT NULL,
    "no" INTEGER NOT NULL,
    "code_system" TEXT,
    "code" TEXT NOT NULL,
    "code_display" TEXT,
    "unit" TEXT,
    "year" DATE,
    "records" INTEGER NOT NULL,
    "values" DOUBLE PRECISION[],
    "counts" INTEGER[],

    CONSTRAINT "roll_up_value_years_pkey" PRIMARY KEY ("etl_job_id","no")
);

CREATE INDEX "roll_up_value_years_etl_job_id_code_idx" ON "roll_up_value_years"("etl_job_id", "code");

-- Of jobs that have roll-ups already.
INSERT INTO "roll_up_value_years"
SELECT etl_job_id, row_number() OVER (PARTITION BY etl_job_id), code_system, code, code_display, unit,
       year, sum(times)::int, array_agg(value), array_agg(times)
  FROM (
    SELECT etl_job_id, code_system, code, code_display, unit,
           date_trunc('year', month::timestamp)::date AS year, value, count(*)::int AS times
      FROM "roll_up_value_months" CROSS JOIN LATERAL unnest("values") AS value
     GROUP BY 1, 2, 3, 4, 5, 6, 7
  ) AS counted
 GROUP BY 1, 3, 4, 5, 6, 7;
