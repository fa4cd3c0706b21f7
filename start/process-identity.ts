import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * What tells a process from a later one that got the same number: when it began.
 * @returns undefined where there is no such process, or no way to tell (Windows)
 */
export function processIdentity(pid: number): string | undefined {
  if (process.platform === "linux") {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      // The name in parentheses may hold anything; the 22nd field is the start in ticks since boot.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (fields[0] === "Z") return undefined;
      return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${fields[19]}`;
    } catch {
      return undefined;
    }
  }
  if (process.platform === "win32") return undefined;
  const found = spawnSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" });
  const [state, ...began] = (found.stdout ?? "").trim().split(/\s+/);
  return found.status === 0 && state && !state.startsWith("Z") ? began.join(" ") : undefined;
}
