/**
 * Is a time fit for an axis? Before 1900 or more than a year ahead it is a typing error, and one of
 * them would stretch the axis over centuries. (The rows stay countable as undated.)
 */
export const plausibleTime = (column: string) =>
  `(${column} >= '1900-01-01T00:00:00Z' AND ${column} < now() + interval '1 year')`;

/** Above this many years a chart over time has a point a year, else a point a month. */
export const yearsInMonths = 6;
