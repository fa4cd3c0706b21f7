import { randomBytes } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { uptime } from "node:os";
import path from "node:path";
import { noteBeside, type ResumeNote, readNote } from "./resume-note";

// A file that is on its way lies beside its final name, as `<name>.part-<random>`. Each try writes one
// of its own: a worker that was paused may still write to an older one.

/** What an earlier try left, and the server may go on from. */
export type HeldPart = { path: string; sizeBytes: number; note: ResumeNote };

/** A name that no other try uses. */
export const newPart = (file: string): string => `${file}.part-${randomBytes(6).toString("hex")}`;

/** When this machine was started: what is younger than that and was written, can be read as it was. */
export const bootedAt = (): number => Date.now() - uptime() * 1000;

/** Removes what tries left of `file`, apart from the parts of `keep`. Best effort. */
export async function removeParts(file: string, keep: readonly (string | null)[]): Promise<void> {
  const folder = path.dirname(file);
  const prefix = `${path.basename(file)}.part-`;
  for (const name of await readdir(folder).catch(() => [])) {
    const found = path.join(folder, name);
    if (!name.startsWith(prefix)) continue;
    if (keep.some((part) => part !== null && (found === part || found === noteBeside(part))))
      continue;
    await rm(found, { force: true }).catch(() => {});
  }
}

/**
 * The longest part of `file` that the server can be asked to go on from; the others are removed,
 * apart from `loadedFrom`. A part that was written before the machine was started anew is none: what a
 * power cut left of it is not known.
 */
export async function heldPart(file: string, loadedFrom: string | null): Promise<HeldPart | null> {
  const folder = path.dirname(file);
  let held: HeldPart | null = null;
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(`${path.basename(file)}.part-`)) continue;
    const part = path.join(folder, name);
    const note = await readNote(part);
    if (!note || Math.abs(note.bootedAt - bootedAt()) > 60_000) continue;
    const size = (await stat(part).catch(() => null))?.size ?? 0;
    if (size > (held?.sizeBytes ?? 0)) held = { path: part, sizeBytes: size, note };
  }
  await removeParts(file, [loadedFrom, held?.path ?? null]);
  return held;
}
