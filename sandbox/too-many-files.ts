import type { FaultSettings } from "./fault-settings";
import { outcomeResponse } from "./outcome";

/** The answer that an export has too many files, in the form that is set; null when it has not. */
export function tooManyFiles(faults: FaultSettings, files: number): Response | null {
  const { tooManyFiles: form, tooManyFilesAbove = -1 } = faults;
  if (!form || files <= tooManyFilesAbove) return null;
  if (form === true || form === "text") return new Response("Too many files", { status: 413 });
  return outcomeResponse(Number(form.slice("outcome".length)), "Too many files", "too-costly");
}
