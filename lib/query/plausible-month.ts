/**
 * Is a month fit for an axis? Before 1900 or more than a year ahead it is a typing error, and one of
 * them would stretch the axis over centuries. (The rows stay countable as undated.)
 */
export const plausibleMonth = (column: string) => `(${column} BETWEEN '1900-01-01' AND ${limit})`;

const limit = "((now() AT TIME ZONE 'UTC') + interval '1 year')::date";

/** Is every month of a year fit for an axis? The year of the limit has some that are not. */
export const plausibleYear = (column: string) =>
  `(${column} >= '1900-01-01' AND ${column} < date_trunc('year', ${limit}::timestamp)::date)`;

/** Above this many years a chart over time has a point a year, else a point a month. */
export const yearsInMonths = 6;
