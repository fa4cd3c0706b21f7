import { writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";

/** What another user's process, or another system, does not let us do is left as it is. */
export function lowerPriority(pid: number, { leadsSession }: { leadsSession: boolean }): void {
  const { PRIORITY_BELOW_NORMAL } = constants.priority;
  try {
    setPriority(pid, PRIORITY_BELOW_NORMAL);
    // Linux for desktops shares the CPU among sessions first (autogroup), where the priority of the only
    // process of a session means nothing.
    if (leadsSession) writeFileSync(`/proc/${pid}/autogroup`, String(PRIORITY_BELOW_NORMAL));
  } catch {
    // It works as before; others wait longer for their turn.
  }
}
