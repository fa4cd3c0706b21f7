/**
 * Of a list of units with `records`: the one to show. Values of different units are never put on one
 * axis: it is unit $4, or the most frequent where $4 is null.
 */
export const chosenUnit = (units: string) => `
  SELECT unit FROM ${units}
   WHERE $4::text IS NULL OR unit IS NOT DISTINCT FROM NULLIF($4, '')
   GROUP BY unit ORDER BY sum(records) DESC, unit LIMIT 1`;

/**
 * The beginning of a statement about code $3: `held`, its different values, read once; `chosen`, the
 * unit to show; `shown`, what is in that unit.
 */
export const valuesOfCode = (values: string) => `
  held AS MATERIALIZED (SELECT * FROM ${values} AS every_code WHERE code = $3),
  chosen AS MATERIALIZED (${chosenUnit("held")}),
  shown AS (SELECT held.* FROM held JOIN chosen ON held.unit IS NOT DISTINCT FROM chosen.unit)`;

/** The values of code $3 in unit $4, for a WHERE. */
export const ofUnit = "code = $3 AND unit IS NOT DISTINCT FROM $4::text";
