-- The current state of what a source (one connection's group, or all of a server's patients) exported:
-- of each resource the newest version across its jobs, without what the server said was deleted and
-- without what the newest whole export did not hold any more. The rows of the jobs stay as they are.

-- Which jobs make it, and in what order.
CREATE VIEW "current_exports" AS
SELECT j.id AS etl_job_id,
       concat_ws('|', COALESCE(j.connection_id::text, j.fhir_base_url), j.level, j.group_id) AS source,
       j.connection_id, j.fhir_base_url, j.level, j.group_id, j.group_name,
       COALESCE(j.transaction_time, j.created_at) AS as_of,
       -- the types asked for; NULL: all that the server has
       CASE WHEN jsonb_typeof(j.request->'resource_types') = 'array'
             AND j.request->'resource_types' <> '[]' THEN j.request->'resource_types' END AS types,
       -- Does it hold all that there was of those types? Then what it does not hold has gone. An export
       -- of changes, of some patients, or with anything missing does not tell that, nor does a FHIR search,
       -- which finds what it asks for by patient.
       j.stage = 'done' AND j.mode = 'bulk'
         AND NOT j.request ?| ARRAY['since', 'until', 'type_filter', 'patient']
         AND NOT EXISTS (
           SELECT 1 FROM export_files AS f
            WHERE f.job_id = j.id
              AND (f.state <> 'loaded' OR f.rejected > 0
                   OR (f.kind = 'output' AND f.expected_count <> f.lines)
                   OR (f.kind = 'error' AND f.expected_count > 0 AND f.lines = 0)))
         AND NOT EXISTS (
           SELECT 1 FROM export_outcomes AS o
            WHERE o.job_id = j.id AND lower(o.severity) NOT IN ('success', 'information', 'warning'))
         AS whole
  FROM export_jobs AS j
 -- Resources of which the server was asked for some elements only are not versions of them.
 WHERE j.stage IN ('done', 'failed') AND NOT j.request ? 'elements';

-- What was deleted at the server, and when we were told.
CREATE VIEW "current_deletions" AS
SELECT e.source, d.resource_type, d.resource_id, max(e.as_of) AS as_of
  FROM deleted_resources AS d JOIN current_exports AS e ON e.etl_job_id = d.job_id
 GROUP BY 1, 2, 3;

CREATE VIEW "current_patients" AS
SELECT n.* FROM (
  SELECT DISTINCT ON (e.source, r.id)
         e.source, e.connection_id, e.level, e.group_id, e.group_name, e.as_of, r.*
    FROM current_exports AS e JOIN patients AS r ON r.etl_job_id = e.etl_job_id
   ORDER BY e.source, r.id, e.as_of DESC, e.etl_job_id DESC
) AS n
 WHERE NOT EXISTS (
         SELECT 1 FROM current_exports AS w
          WHERE w.source = n.source AND w.whole AND w.as_of > n.as_of
            AND (w.types IS NULL OR w.types ? 'Patient'))
   AND NOT EXISTS (
         SELECT 1 FROM current_deletions AS d
          WHERE d.source = n.source AND d.resource_type = 'Patient' AND d.resource_id = n.id
            AND d.as_of > n.as_of);

CREATE VIEW "current_conditions" AS
SELECT n.* FROM (
  SELECT DISTINCT ON (e.source, r.id)
         e.source, e.connection_id, e.level, e.group_id, e.group_name, e.as_of, r.*
    FROM current_exports AS e JOIN conditions AS r ON r.etl_job_id = e.etl_job_id
   ORDER BY e.source, r.id, e.as_of DESC, e.etl_job_id DESC
) AS n
 WHERE NOT EXISTS (
         SELECT 1 FROM current_exports AS w
          WHERE w.source = n.source AND w.whole AND w.as_of > n.as_of
            AND (w.types IS NULL OR w.types ? 'Condition'))
   AND NOT EXISTS (
         SELECT 1 FROM current_deletions AS d
          WHERE d.source = n.source AND d.resource_type = 'Condition' AND d.resource_id = n.id
            AND d.as_of > n.as_of);

CREATE VIEW "current_observations" AS
SELECT n.* FROM (
  SELECT DISTINCT ON (e.source, r.id)
         e.source, e.connection_id, e.level, e.group_id, e.group_name, e.as_of, r.*
    FROM current_exports AS e JOIN observations AS r ON r.etl_job_id = e.etl_job_id
   ORDER BY e.source, r.id, e.as_of DESC, e.etl_job_id DESC
) AS n
 WHERE NOT EXISTS (
         SELECT 1 FROM current_exports AS w
          WHERE w.source = n.source AND w.whole AND w.as_of > n.as_of
            AND (w.types IS NULL OR w.types ? 'Observation'))
   AND NOT EXISTS (
         SELECT 1 FROM current_deletions AS d
          WHERE d.source = n.source AND d.resource_type = 'Observation' AND d.resource_id = n.id
            AND d.as_of > n.as_of);

CREATE VIEW "current_medication_requests" AS
SELECT n.* FROM (
  SELECT DISTINCT ON (e.source, r.id)
         e.source, e.connection_id, e.level, e.group_id, e.group_name, e.as_of, r.*
    FROM current_exports AS e JOIN medication_requests AS r ON r.etl_job_id = e.etl_job_id
   ORDER BY e.source, r.id, e.as_of DESC, e.etl_job_id DESC
) AS n
 WHERE NOT EXISTS (
         SELECT 1 FROM current_exports AS w
          WHERE w.source = n.source AND w.whole AND w.as_of > n.as_of
            AND (w.types IS NULL OR w.types ? 'MedicationRequest'))
   AND NOT EXISTS (
         SELECT 1 FROM current_deletions AS d
          WHERE d.source = n.source AND d.resource_type = 'MedicationRequest' AND d.resource_id = n.id
            AND d.as_of > n.as_of);

CREATE VIEW "current_encounters" AS
SELECT n.* FROM (
  SELECT DISTINCT ON (e.source, r.id)
         e.source, e.connection_id, e.level, e.group_id, e.group_name, e.as_of, r.*
    FROM current_exports AS e JOIN encounters AS r ON r.etl_job_id = e.etl_job_id
   ORDER BY e.source, r.id, e.as_of DESC, e.etl_job_id DESC
) AS n
 WHERE NOT EXISTS (
         SELECT 1 FROM current_exports AS w
          WHERE w.source = n.source AND w.whole AND w.as_of > n.as_of
            AND (w.types IS NULL OR w.types ? 'Encounter'))
   AND NOT EXISTS (
         SELECT 1 FROM current_deletions AS d
          WHERE d.source = n.source AND d.resource_type = 'Encounter' AND d.resource_id = n.id
            AND d.as_of > n.as_of);

CREATE VIEW "current_resources" AS
SELECT n.* FROM (
  SELECT DISTINCT ON (e.source, r.resource_type, r.id)
         e.source, e.connection_id, e.level, e.group_id, e.group_name, e.as_of, r.*
    FROM current_exports AS e JOIN resources AS r ON r.etl_job_id = e.etl_job_id
   ORDER BY e.source, r.resource_type, r.id, e.as_of DESC, e.etl_job_id DESC
) AS n
 WHERE NOT EXISTS (
         SELECT 1 FROM current_exports AS w
          WHERE w.source = n.source AND w.whole AND w.as_of > n.as_of
            AND (w.types IS NULL OR w.types ? n.resource_type))
   AND NOT EXISTS (
         SELECT 1 FROM current_deletions AS d
          WHERE d.source = n.source AND d.resource_type = n.resource_type AND d.resource_id = n.id
            AND d.as_of > n.as_of);
