const shape =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;

/** Milliseconds since 1970 of a date of the proleptic Gregorian calendar; NaN where there is none such. */
function utc(year: number, month: number, day: number): number {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31) return Number.NaN;
  const date = new Date(0);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCDate() === day ? date.getTime() : Number.NaN;
}

/** Z, +hh:mm or -hh:mm in milliseconds; FHIR allows up to 14 hours. NaN above that. */
function offsetMs(zone: string | undefined): number {
  if (zone === undefined || zone === "Z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6));
  if (minutes > 14 * 60 || zone.slice(4, 6) > "59") return Number.NaN;
  return (zone.startsWith("-") ? -minutes : minutes) * 60_000;
}

/**
 * A FHIR date, dateTime or instant as a timestamp that PostgreSQL and JavaScript both hold; a partial
 * one ("1980", "1980-05") is its first instant, one without a zone counts as UTC. null for anything
 * else, so also for 24:00 (which FHIR forbids), 30 February, and years outside 0001 to 9999.
 */
export function instant(value: unknown): string | null {
  if (typeof value !== "string") return null;
  const match = shape.exec(value);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  let ms = utc(Number(year), Number(month ?? 1), Number(day ?? 1));
  if (hour !== undefined) {
    const [h, m, s] = [Number(hour), Number(minute), Number(second ?? 0)];
    // 60 is a leap second
    if (h > 23 || m > 59 || s > 60) return null;
    ms += ((h * 60 + m) * 60 + s) * 1000 + Math.trunc(Number(`0.${fraction ?? 0}`) * 1000);
    ms -= offsetMs(zone);
  }
  const date = new Date(ms);
  const written = date.getUTCFullYear();
  return written >= 1 && written <= 9999 ? date.toISOString() : null;
}

/** The calendar day of a FHIR date as it is written (no zone is applied); null as for `instant`. */
export function day(value: unknown): string | null {
  return typeof value === "string" ? (instant(value.slice(0, 10))?.slice(0, 10) ?? null) : null;
}
