/**
 * How far this machine's clock is ahead of a server's, in whole seconds (negative: behind), from the
 * `Date` of an answer (RFC 9110, 6.6.1), which is exact to the second.
 * @param asked.from when the request went, @param asked.to when the answer came, in ms since 1970
 * @returns 0 where the header is missing, unreadable, or within what the answer took
 */
export function clockDifference(date: string | null, asked: { from: number; to: number }): number {
  const at = date ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(at)) return 0;
  // The header's second has begun at `at`.
  if (asked.from > at + 1_000) return Math.round((asked.from - at - 1_000) / 1_000);
  return asked.to < at ? Math.round((asked.to - at) / 1_000) : 0;
}
