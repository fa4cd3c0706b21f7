// JSON's numbers go beyond double precision, where a cast is an error and a mean overflows.
const storable = (value: string) => `abs(${value}) < 1e150`;

// json keeps a number as it was written, and a cast of one with an exponent of six digits is an error.
const readable = (value: string) => `${value} !~ '[eE][-+]?[0-9]{4}' AND length(${value}) < 400`;

/**
 * Every number that the Observations of the jobs hold, one a row: (etl_job_id, code_system, code,
 * code_display, unit, effective_at, value). A panel without a value of its own (blood pressure)
 * contributes its components. What was entered in error is left out.
 * @param jobs the parameter that holds the job ids, as "$1"
 */
export function numericObservations(jobs: string): string {
  return `
    SELECT etl_job_id, code_system, code, code_display, value_unit AS unit, effective_at,
           value_quantity AS value
      FROM observations
     WHERE etl_job_id = ANY(${jobs}::uuid[])
       AND value_quantity IS NOT NULL AND ${storable("value_quantity")}
       AND status IS DISTINCT FROM 'entered-in-error'
    UNION ALL
    SELECT etl_job_id, coding->>'system', coding->>'code',
           COALESCE(coding->>'display', component->'code'->>'text'),
           COALESCE(component->'valueQuantity'->>'unit', component->'valueQuantity'->>'code'),
           effective_at, number::float8
      FROM observations
     CROSS JOIN LATERAL json_array_elements(
       CASE json_typeof(resource->'component')
         WHEN 'array' THEN resource->'component' ELSE '[]' END) AS component
     CROSS JOIN LATERAL (SELECT
       component->'code'->'coding'->0 AS coding,
       CASE WHEN json_typeof(component->'valueQuantity'->'value') = 'number'
             AND ${readable("(component->'valueQuantity'->>'value')")}
            THEN (component->'valueQuantity'->>'value')::numeric END AS number
     ) AS read
     WHERE etl_job_id = ANY(${jobs}::uuid[]) AND value_quantity IS NULL AND value_text IS NULL
       AND status IS DISTINCT FROM 'entered-in-error'
       AND coding->>'code' IS NOT NULL AND ${storable("number")}`;
}
