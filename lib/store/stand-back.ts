import { readdirSync, readFileSync } from "node:fs";
import { lowerPriority } from "./lower-priority";

function leadsItsSession(): boolean {
  try {
    // After the name: state, parent, group, session.
    return (
      readFileSync("/proc/self/stat", "utf8").split(") ").at(-1)?.split(" ")[3] === `${process.pid}`
    );
  } catch {
    return false;
  }
}

/** Linux keeps a priority a thread, and those that collect garbage are there before any of our code. */
function threads(): number[] {
  try {
    return readdirSync("/proc/self/task").map(Number);
  } catch {
    return [process.pid];
  }
}

/**
 * Lets the work of this process wait for what people wait for: on few cores the web process answers
 * first. Alone, it is as fast.
 */
export function standBack(): void {
  const leadsSession = leadsItsSession();
  for (const thread of threads()) {
    lowerPriority(thread, { leadsSession: leadsSession && thread === process.pid });
  }
}
