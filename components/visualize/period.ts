/** The months (YYYY-MM, both included) from one point of a chart over time to another. */
export function periodOf(
  from: string,
  to: string,
  unit: "month" | "year",
): { from: string; to: string } {
  return unit === "month"
    ? { from: from.slice(0, 7), to: to.slice(0, 7) }
    : { from: `${from.slice(0, 4)}-01`, to: `${to.slice(0, 4)}-12` };
}

/** Does a point (the first day of a month or year) overlap a period? An end that is null is open. */
export function inPeriod(
  at: string,
  unit: "month" | "year",
  period: { from: string | null; to: string | null },
): boolean {
  if (!period.from && !period.to) return false;
  const point = periodOf(at, at, unit);
  return (!period.from || point.to >= period.from) && (!period.to || point.from <= period.to);
}
