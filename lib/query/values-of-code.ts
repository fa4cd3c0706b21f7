import { rolledUp } from "./rolled-up";

/**
 * The beginning of a statement about code $3: `held`, its part of a roll-up, read once; `chosen`, the
 * unit to show; `shown`, what is in that unit. Values of different units are never put on one axis: it
 * is unit $4, or the most frequent where $4 is null.
 */
export function valuesOfCode(name: "roll_up_values" | "roll_up_value_months"): string {
  const records = name === "roll_up_values" ? "records" : "cardinality(values)";
  return `
  held AS MATERIALIZED (SELECT * FROM ${rolledUp(name)} AS every_code WHERE code = $3),
  chosen AS MATERIALIZED (
    SELECT unit FROM held
     WHERE $4::text IS NULL OR unit IS NOT DISTINCT FROM NULLIF($4, '')
     GROUP BY unit ORDER BY sum(${records}) DESC, unit LIMIT 1
  ),
  shown AS (SELECT held.* FROM held JOIN chosen ON held.unit IS NOT DISTINCT FROM chosen.unit)`;
}
