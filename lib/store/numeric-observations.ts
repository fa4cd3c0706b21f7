// JSON's numbers go far: beyond this a mean overflows.
const storable = (value: string) => `abs(${value}) < 1e150`;

/**
 * Every number that the Observations of the jobs hold, one a row: (etl_job_id, patient_id,
 * code_system, code, code_display, unit, effective_at, value). A panel without a value of its own (blood pressure)
 * contributes its components. What was entered in error is left out.
 * @param jobs the parameter that holds the job ids, as "$1"
 * @param narrow what else the rows must meet, as SQL that begins with " AND"
 */
export function numericObservations(jobs: string, narrow = ""): string {
  return `
    SELECT etl_job_id, patient_id, code_system, code, code_display, value_unit AS unit, effective_at,
           value_quantity AS value
      FROM observations
     WHERE etl_job_id = ANY(${jobs}::uuid[])${narrow}
       AND value_quantity IS NOT NULL AND ${storable("value_quantity")}
       AND status IS DISTINCT FROM 'entered-in-error'
    UNION ALL
    SELECT etl_job_id, patient_id, system, code, display, unit, effective_at, value
      FROM (
        SELECT etl_job_id, patient_id, effective_at, unnest(component_systems) AS system,
               unnest(component_codes) AS code, unnest(component_displays) AS display,
               unnest(component_units) AS unit, unnest(component_values) AS value
          FROM observations
         WHERE etl_job_id = ANY(${jobs}::uuid[])${narrow} AND component_codes IS NOT NULL
           AND value_quantity IS NULL AND value_text IS NULL
           AND status IS DISTINCT FROM 'entered-in-error'
      ) AS components
     WHERE ${storable("value")}`;
}
