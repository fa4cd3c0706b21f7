-- Exports of changes that also find who is new in a group (Bulk Data Access, Group Membership Request
-- Pattern): what a job is for, what the list of members told, and who had left.
CREATE TYPE "export_purpose" AS ENUM ('changes', 'members', 'new_members');

ALTER TABLE "export_jobs"
  ADD COLUMN "purpose" "export_purpose",
  ADD COLUMN "membership" JSONB;

CREATE TABLE "departed_members" (
    "job_id" UUID NOT NULL,
    "patient_id" TEXT NOT NULL,

    CONSTRAINT "departed_members_pkey" PRIMARY KEY ("job_id", "patient_id")
);

ALTER TABLE "departed_members" ADD CONSTRAINT "departed_members_job_id_fkey"
  FOREIGN KEY ("job_id") REFERENCES "export_jobs"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The same as before, and `complete`: nothing is missing of what was asked for, whatever that was.
CREATE OR REPLACE VIEW "current_exports" AS
SELECT e.etl_job_id, e.source, e.connection_id, e.fhir_base_url, e.level, e.group_id, e.group_name,
       e.as_of, e.types,
       -- Does it hold all that there was of those types? Then what it does not hold has gone. An export
       -- of changes, of some patients, or with anything missing does not tell that, nor does a FHIR search,
       -- which finds what it asks for by patient.
       e.complete AND e.mode = 'bulk' AND NOT e.request ?| ARRAY['since', 'until', 'type_filter', 'patient'] AS whole,
       e.complete
  FROM (
    SELECT j.id AS etl_job_id,
           concat_ws('|', COALESCE(j.connection_id::text, j.fhir_base_url), j.level, j.group_id) AS source,
           j.connection_id, j.fhir_base_url, j.level, j.group_id, j.group_name, j.request, j.mode,
           COALESCE(j.transaction_time, j.created_at) AS as_of,
           -- the types asked for; NULL: all that the server has
           CASE WHEN jsonb_typeof(j.request->'resource_types') = 'array'
                 AND j.request->'resource_types' <> '[]' THEN j.request->'resource_types' END AS types,
           j.stage = 'done'
             AND NOT EXISTS (
               SELECT 1 FROM export_files AS f
                WHERE f.job_id = j.id
                  AND (f.state <> 'loaded' OR f.rejected > 0
                       OR (f.kind = 'output' AND f.expected_count <> f.lines)
                       OR (f.kind = 'error' AND f.expected_count > 0 AND f.lines = 0)))
             AND NOT EXISTS (
               SELECT 1 FROM export_outcomes AS o
                WHERE o.job_id = j.id AND lower(o.severity) NOT IN ('success', 'information', 'warning'))
             AS complete
      FROM export_jobs AS j
     -- Resources of which the server was asked for some elements only are not versions of them.
     WHERE j.stage IN ('done', 'failed') AND NOT j.request ? 'elements'
  ) AS e;

-- Who had left a group, and when we were told. Whoever comes back is exported anew, from then on.
CREATE VIEW "current_departures" AS
SELECT concat_ws('|', COALESCE(j.connection_id::text, j.fhir_base_url), j.level, j.group_id) AS source,
       d.patient_id, max(COALESCE(j.transaction_time, j.created_at)) AS as_of
  FROM departed_members AS d JOIN export_jobs AS j ON j.id = d.job_id
 GROUP BY 1, 2;

-- What belongs to them is not the group's any more.
DO $$
DECLARE
  kind TEXT[];
BEGIN
  FOREACH kind SLICE 1 IN ARRAY ARRAY[
    ['patients', '''Patient'''],
    ['conditions', '''Condition'''],
    ['observations', '''Observation'''],
    ['medication_requests', '''MedicationRequest'''],
    ['encounters', '''Encounter'''],
    ['resources', 'n.resource_type']]
  LOOP
    EXECUTE format(
      $view$
      CREATE OR REPLACE VIEW current_%1$s AS
      SELECT n.* FROM (
        SELECT DISTINCT ON (e.source, %3$s r.id)
               e.source, e.connection_id, e.level, e.group_id, e.group_name, e.as_of, r.*
          FROM current_exports AS e JOIN %1$s AS r ON r.etl_job_id = e.etl_job_id
         ORDER BY e.source, %3$s r.id, e.as_of DESC, e.etl_job_id DESC
      ) AS n
       WHERE NOT EXISTS (
               SELECT 1 FROM current_exports AS w
                WHERE w.source = n.source AND w.whole AND w.as_of > n.as_of
                  AND (w.types IS NULL OR w.types ? %2$s))
         AND NOT EXISTS (
               SELECT 1 FROM current_deletions AS d
                WHERE d.source = n.source AND d.resource_type = %2$s AND d.resource_id = n.id
                  AND d.as_of > n.as_of)
         AND NOT EXISTS (
               SELECT 1 FROM current_departures AS g
                WHERE g.source = n.source AND g.patient_id = n.patient_id AND g.as_of > n.as_of)
      $view$,
      kind[1], kind[2], CASE kind[1] WHEN 'resources' THEN 'r.resource_type,' ELSE '' END);
  END LOOP;
END $$;
