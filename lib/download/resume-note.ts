import { readFile, writeFile } from "node:fs/promises";
import { z } from "zod";

const Note = z.object({
  /** what the server calls this version of the file: an ETag, or the time of its last change */
  validator: z.object({ name: z.enum(["etag", "last-modified"]), value: z.string() }),
  /** bytes of the whole file; null where the server did not say */
  sizeBytes: z.number().nullable(),
  /** milliseconds since 1970: the start of the machine that wrote the part */
  bootedAt: z.number(),
});

/** What must be known of a download to go on with it later. */
export type ResumeNote = z.infer<typeof Note>;

/** Where the note of a part lies. */
export const noteBeside = (part: string): string => `${part}.json`;

/**
 * Can this download be gone on with by a range request (RFC 9110, 13.1.5 If-Range, 14.2 Range)? Only
 * where the server names the version strongly, and the bytes are the file's own, not compressed ones.
 */
export function noteOf(response: Response, bootedAt: () => number): ResumeNote | null {
  const { headers } = response;
  if (headers.get("content-encoding") || headers.get("accept-ranges") === "none") return null;
  const validator = validatorOf(headers);
  if (!validator) return null;
  const length = Number(headers.get("content-length") ?? Number.NaN);
  return { validator, sizeBytes: Number.isInteger(length) ? length : null, bootedAt: bootedAt() };
}

function validatorOf(headers: Headers): ResumeNote["validator"] | null {
  const etag = headers.get("etag")?.trim();
  if (etag) return etag.startsWith('"') ? { name: "etag", value: etag } : null;
  const changed = headers.get("last-modified");
  const sent = headers.get("date");
  // Within one second a file can change twice under the same time.
  if (!changed || !sent || !(Date.parse(sent) - Date.parse(changed) >= 1000)) return null;
  return { name: "last-modified", value: changed };
}

/** Keeps the note beside the part, where another process finds it. */
export const writeNote = (part: string, note: ResumeNote): Promise<void> =>
  writeFile(noteBeside(part), JSON.stringify(note), { mode: 0o600 });

/** @returns null where there is none that can be read */
export async function readNote(part: string): Promise<ResumeNote | null> {
  try {
    return Note.parse(JSON.parse(await readFile(noteBeside(part), "utf8")));
  } catch {
    return null;
  }
}
