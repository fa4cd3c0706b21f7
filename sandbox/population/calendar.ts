export const day = 86_400_000;
export const year = 365.25 * day;

/** Massachusetts, all year: the sandbox keeps no daylight-saving time. */
const offsetMs = -5 * 3_600_000;
const dates = new Map<number, string>();

/** `YYYY-MM-DD` of a moment (milliseconds), in the sandbox's zone. Dates are kept: few differ. */
export function dateText(at: number): string {
  const number = Math.floor((at + offsetMs) / day);
  let text = dates.get(number);
  if (text === undefined) {
    text = new Date(number * day).toISOString().slice(0, 10);
    if (dates.size > 60_000) dates.clear();
    dates.set(number, text);
  }
  return text;
}

const two = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, "0"));

/** `YYYY-MM-DDThh:mm:ss-05:00` of a moment (milliseconds). */
export function timeText(at: number): string {
  const local = at + offsetMs;
  const seconds = Math.floor((local - Math.floor(local / day) * day) / 1000);
  const h = Math.floor(seconds / 3600);
  const m = Math.floor((seconds % 3600) / 60);
  return `${dateText(at)}T${two[h]}:${two[m]}:${two[seconds % 60]}-05:00`;
}

/** An instant as FHIR wants it in meta.lastUpdated. */
export function instantText(at: number): string {
  return `${timeText(at).slice(0, 19)}.000-05:00`;
}
