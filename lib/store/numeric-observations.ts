// JSON's numbers go beyond double precision, where a cast is an error and a mean overflows.
const storable = (value: string) => `abs(${value}) < 1e150`;

// json keeps a number as it was written, and a cast of one with an exponent of six digits is an error.
const readable = (value: string) => `${value} !~ '[eE][-+]?[0-9]{4}' AND length(${value}) < 400`;

// PostgreSQL puts an expression wherever its name stands, and json is parsed each time: not across this.
const once = "OFFSET 0";

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
    SELECT etl_job_id, coding->>'system', component_code,
           COALESCE(coding->>'display', concept->>'text'),
           COALESCE(quantity->>'unit', quantity->>'code'), effective_at, number::float8
      FROM observations
     CROSS JOIN LATERAL (SELECT resource->'component' AS components ${once}) AS panel
     CROSS JOIN LATERAL json_array_elements(
       CASE json_typeof(components) WHEN 'array' THEN components ELSE '[]' END) AS component
     CROSS JOIN LATERAL (
       SELECT component->'code' AS concept, component->'valueQuantity' AS quantity ${once}
     ) AS part
     CROSS JOIN LATERAL (
       SELECT concept->'coding'->0 AS coding, quantity->>'value' AS written,
              json_typeof(quantity->'value') = 'number' AS is_number ${once}
     ) AS inner_part
     CROSS JOIN LATERAL (
       SELECT coding->>'code' AS component_code,
              CASE WHEN is_number AND ${readable("written")} THEN written::numeric END AS number
              ${once}
     ) AS read
     WHERE etl_job_id = ANY(${jobs}::uuid[]) AND value_quantity IS NULL AND value_text IS NULL
       AND status IS DISTINCT FROM 'entered-in-error'
       AND component_code IS NOT NULL AND ${storable("number")}`;
}
