import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processIdentity } from "./process-identity";

type RunFile = { name: string; pid: number; identity: string; url?: string };

const isAlive = (entry: RunFile) => processIdentity(entry.pid) === entry.identity;

/** DATA_DIR/run: which processes of this installation run, so that a later start can tell. */
export class RunFiles {
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** @param url what a person opens, for the starter itself */
  write(name: string, pid: number, url?: string): void {
    const identity = processIdentity(pid);
    if (!identity) return;
    const entry: RunFile = { name, pid, identity, ...(url && { url }) };
    writeFileSync(path.join(this.folder, `${name}.json`), `${JSON.stringify(entry)}\n`);
  }

  remove(name: string): void {
    rmSync(path.join(this.folder, `${name}.json`), { force: true });
  }

  /** The processes on record that are alive and the very ones that were recorded. */
  alive(): RunFile[] {
    return readdirSync(this.folder)
      .filter((file) => file.endsWith(".json"))
      .flatMap((file): RunFile[] => {
        try {
          return [JSON.parse(readFileSync(path.join(this.folder, file), "utf8"))];
        } catch {
          return [];
        }
      })
      .filter(isAlive);
  }

  /**
   * Ends what a killed starter left behind; asks first, and insists after five seconds.
   * @returns the names of what was ended
   */
  async endLeftovers(): Promise<string[]> {
    const left = this.alive();
    for (const signal of ["SIGTERM", "SIGKILL"] as const) {
      for (const entry of left.filter(isAlive)) process.kill(entry.pid, signal);
      const giveUpAt = Date.now() + 5_000;
      while (left.some(isAlive) && Date.now() < giveUpAt) await sleep(50);
    }
    for (const file of readdirSync(this.folder)) {
      if (file.endsWith(".json")) rmSync(path.join(this.folder, file), { force: true });
    }
    return left.map((entry) => entry.name);
  }
}
