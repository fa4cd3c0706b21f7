/** Of what is known; NaN where nothing is. Of an even number, the middle of the two in the middle. */
export function median(values: readonly (number | null | undefined)[]): number {
  const sorted = values.filter((value) => value != null).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 ? high : (high + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
