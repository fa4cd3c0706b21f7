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

const daysOfMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
/** From 0001-01-01 to the end of 9999: what PostgreSQL and JavaScript both write with four digits. */
const firstMs = utc(1, 1, 1);
const lastMs = utc(9999, 12, 31) + 86_399_999;

/** Two digits at a place of a text; NaN where there are none. */
function two(value: string, at: number): number {
  const tens = value.charCodeAt(at) - 48;
  const ones = value.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/**
 * The form that nearly every time has ("2020-01-01T10:00:00", a fraction of up to three digits, Z or
 * an offset), without the regular expression, whose matches are most of what reading a line would
 * cost. NaN where it is another form or no time, which `instant` then finds out.
 */
function usual(value: string): number {
  const end = value.length;
  if (end < 20 || end > 29 || value.charCodeAt(4) !== 45 || value.charCodeAt(7) !== 45) {
    return Number.NaN;
  }
  if (value.charCodeAt(10) !== 84 || value.charCodeAt(13) !== 58 || value.charCodeAt(16) !== 58) {
    return Number.NaN;
  }
  const year = two(value, 0) * 100 + two(value, 2);
  const month = two(value, 5);
  const day = two(value, 8);
  const [hour, minute, second] = [two(value, 11), two(value, 14), two(value, 17)];
  // The negations let NaN through to the slow way. 29 February goes it too.
  if (!(year >= 1000 && day >= 1 && day <= (daysOfMonth[month - 1] ?? 0))) return Number.NaN;
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return Number.NaN;
  let ms = Date.UTC(year, month - 1, day, hour, minute, second);
  let at = 19;
  if (value.charCodeAt(at) === 46) {
    at += 1;
    for (let unit = 100; unit >= 1; unit = Math.trunc(unit / 10)) {
      const digit = value.charCodeAt(at) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      ms += digit * unit;
      at += 1;
    }
    if (at === 20) return Number.NaN;
  }
  const sign = value.charCodeAt(at);
  if (sign === 90) return at + 1 === end ? ms : Number.NaN;
  if ((sign !== 43 && sign !== 45) || at + 6 !== end || value.charCodeAt(at + 3) !== 58) {
    return Number.NaN;
  }
  const minutes = two(value, at + 1) * 60 + two(value, at + 4);
  if (!(minutes <= 14 * 60 && two(value, at + 4) <= 59)) return Number.NaN;
  return sign === 45 ? ms + minutes * 60_000 : ms - minutes * 60_000;
}

/**
 * A FHIR date, dateTime or instant in milliseconds since 1970, in the range that PostgreSQL and
 * JavaScript both hold; a partial one ("1980", "1980-05") is its first instant, one without a zone
 * counts as UTC. null for anything else, so also for 24:00 (which FHIR forbids), 30 February, and
 * years outside 0001 to 9999.
 */
export function instant(value: unknown): number | null {
  if (typeof value !== "string") return null;
  let ms = usual(value);
  if (Number.isNaN(ms)) {
    const match = shape.exec(value);
    if (!match) return null;
    const [, year, month, day, hour, minute, second, fraction, zone] = match;
    ms = utc(Number(year), Number(month ?? 1), Number(day ?? 1));
    if (hour !== undefined) {
      const [h, m, s] = [Number(hour), Number(minute), Number(second ?? 0)];
      // 60 is a leap second
      if (h > 23 || m > 59 || s > 60) return null;
      ms += ((h * 60 + m) * 60 + s) * 1000 + Math.trunc(Number(`0.${fraction ?? 0}`) * 1000);
      ms -= offsetMs(zone);
    }
  }
  return ms >= firstMs && ms <= lastMs ? ms : null;
}

/** The calendar day of a FHIR date as it is written (no zone is applied); null as for `instant`. */
export function day(value: unknown): string | null {
  const ms = typeof value === "string" ? instant(value.slice(0, 10)) : null;
  return ms === null ? null : new Date(ms).toISOString().slice(0, 10);
}
