const minimumMs = 1_000;
const maximumMs = 3_600_000;

/**
 * When a server that sent `Retry-After` may be asked again (RFC 9110 10.2.3): seconds or an
 * HTTP-date; also the absolute epoch time, in seconds or milliseconds, that the public bulk
 * reference server sends with its 429. Held between 1 s and 1 h from `now`: servers have asked
 * for hours, and for decades (an epoch time of their own kind).
 * @returns null where there is no header or nobody can read it
 */
export function retryAfter(header: string | null | undefined, now: Date): Date | null {
  const at = instantOf(header?.trim() ?? "", now.getTime());
  if (at === null) return null;
  return new Date(Math.min(Math.max(at, now.getTime() + minimumMs), now.getTime() + maximumMs));
}

function instantOf(text: string, nowMs: number): number | null {
  if (/^-?\d+(\.\d+)?$/.test(text)) {
    const number = Number(text);
    // 10^9 as a delay would be 31 years; as an instant it is 2001.
    if (number >= 1e12) return number;
    if (number >= 1e9) return number * 1000;
    return nowMs + number * 1000;
  }
  if (!/[a-z]{3}|\d{4}-\d{2}/i.test(text)) return null;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : date;
}
