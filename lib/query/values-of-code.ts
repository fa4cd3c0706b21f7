import { numericObservations } from "./numeric-observations";

/**
 * The beginning of a statement: `numbers`, the values of code $2 in one unit, and `chosen`, that unit.
 * Values of different units are never put on one axis: it is unit $3, or the most frequent where $3 is
 * null.
 */
export const valuesOfCode = `
  all_numbers AS (${numericObservations("$2")}),
  chosen AS (
    SELECT unit FROM all_numbers
     WHERE $3::text IS NULL OR unit IS NOT DISTINCT FROM NULLIF($3, '')
     GROUP BY unit ORDER BY count(*) DESC, unit LIMIT 1
  ),
  numbers AS (
    SELECT n.* FROM all_numbers AS n JOIN chosen ON n.unit IS NOT DISTINCT FROM chosen.unit
  )`;
