/** Whether a value lies outside of its reference range, and on which side; null inside or without one. */
export function outsideOf(
  value: number | undefined,
  range: { low: number | null; high: number | null } | null,
): "low" | "high" | null {
  if (value === undefined || range === null) return null;
  if (range.low !== null && value < range.low) return "low";
  if (range.high !== null && value > range.high) return "high";
  return null;
}
