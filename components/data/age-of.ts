/**
 * Whole years and months from a birth date (of which FHIR may know the year alone) to an instant, by
 * the calendar in UTC; null where it lies before the birth.
 */
export function ageOf(birthDate: string, at: Date): { years: number; months: number } | null {
  const born = new Date(`${birthDate}T00:00:00Z`);
  const months =
    (at.getUTCFullYear() - born.getUTCFullYear()) * 12 +
    (at.getUTCMonth() - born.getUTCMonth()) -
    (at.getUTCDate() < born.getUTCDate() ? 1 : 0);
  if (!(months >= 0)) return null;
  return { years: Math.floor(months / 12), months };
}
