import { rolledUp } from "./rolled-up";

/**
 * The beginning of a statement about code $3: `chosen`, the unit to show. Values of different units are
 * never put on one axis: it is unit $4, or the most frequent where $4 is null.
 */
export const chosenUnit = `
  chosen AS MATERIALIZED (
    SELECT unit FROM ${rolledUp("roll_up_values")} AS held
     WHERE code = $3 AND ($4::text IS NULL OR unit IS NOT DISTINCT FROM NULLIF($4, ''))
     GROUP BY unit ORDER BY sum(records) DESC, unit LIMIT 1
  )`;
