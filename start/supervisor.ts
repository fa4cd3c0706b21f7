import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync, renameSync, statSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import type { RunFiles } from "./run-files";

export type Program = {
  /** names the log file, the prefix on the console and the pid file */
  name: string;
  /** for Node: [script, …arguments] */
  args: string[];
  /** for Node itself */
  flags?: readonly string[];
  env?: Record<string, string>;
  /** what of its output a person at the console wants to see; nothing where it answers undefined */
  show?: (line: string) => string | undefined;
};

type Running = { child: ChildProcess; stopped: boolean; ended: Promise<void> };

/** The whole group, so that nothing that the program itself started stays behind. */
function killGroup(child: ChildProcess): void {
  if (!child.pid) return;
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
  } catch {
    // Nobody is left.
  }
}

const largestLog = 16 * 1024 * 1024;

function openLog(file: string) {
  mkdirSync(path.dirname(file), { recursive: true });
  try {
    if (statSync(file).size > largestLog) renameSync(file, `${file}.1`);
  } catch {
    // There is none yet.
  }
  return createWriteStream(file, { flags: "a", mode: 0o600 });
}

/**
 * Keeps programs running: one that dies is started again, at first at once, then after longer and
 * longer pauses. Each ends by itself should this process die (end-with-parent.mjs).
 */
export class Supervisor {
  private readonly running = new Map<string, Running>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly deaths = new Map<string, number>();
  private stopping = false;

  constructor(
    private readonly options: {
      logFolder: string;
      runFiles: RunFiles;
      say: (name: string, line: string) => void;
      /** the pause before the first restart; doubles up to 64 times this */
      backOffMs?: number;
      /** a program that has run this long is well again */
      wellAfterMs?: number;
    },
  ) {}

  /** Starts the program and keeps it running until `stop`. */
  start(program: Program): void {
    const { name } = program;
    const log = openLog(this.logFile(name));
    const child = spawn(
      process.execPath,
      [
        ...(program.flags ?? []),
        "--import",
        pathToFileURL(path.resolve("start/end-with-parent.mjs")).href,
        ...program.args,
      ],
      {
        env: { ...process.env, ...program.env },
        stdio: ["ignore", "pipe", "pipe", "ipc"],
        // Ctrl-C at the terminal reaches the whole group: the order of stopping is ours to keep.
        detached: process.platform !== "win32",
      },
    );
    const startedAt = Date.now();
    let error: Error | undefined;
    child.on("error", (cause) => {
      error = cause;
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (line) => {
        log.write(`${line}\n`);
        const shown = program.show?.(line);
        if (shown) this.options.say(name, shown);
      });
    }
    // What it started may outlive it and hold the pipes (and the port).
    child.on("exit", () => killGroup(child));
    if (child.pid) this.options.runFiles.write(name, child.pid);
    const ended = new Promise<void>((resolve) => {
      child.on("close", (code, signal) => {
        log.end();
        const self = this.running.get(name);
        if (self?.child === child) {
          this.running.delete(name);
          this.options.runFiles.remove(name);
          if (!self.stopped && !this.stopping) {
            this.restart(program, Date.now() - startedAt, error?.message ?? signal ?? code);
          }
        }
        resolve();
      });
    });
    this.running.set(name, { child, stopped: false, ended });
  }

  private restart(program: Program, livedMs: number, reason: string | number | null): void {
    const { backOffMs = 500, wellAfterMs = 60_000 } = this.options;
    const before = livedMs >= wellAfterMs ? 0 : (this.deaths.get(program.name) ?? 0);
    this.deaths.set(program.name, before + 1);
    const pause = backOffMs * 2 ** Math.min(before, 6);
    const seconds = (pause / 1000).toFixed(1);
    this.options.say(program.name, `ended (${reason}); starts again in ${seconds} s`);
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (!this.stopping) this.start(program);
    }, pause);
    this.timers.add(timer);
  }

  /** How often in a row it died before it was well. */
  deathsOf(name: string): number {
    return this.deaths.get(name) ?? 0;
  }

  pidOf(name: string): number | undefined {
    return this.running.get(name)?.child.pid;
  }

  logFile(name: string): string {
    return path.join(this.options.logFolder, `${name}.log`);
  }

  /** The end of its log, for the message that tells why it does not run. */
  tail(name: string, lines = 15): string {
    try {
      return readFileSync(this.logFile(name), "utf8").trim().split("\n").slice(-lines).join("\n");
    } catch {
      return "";
    }
  }

  /** Ends the program: asks, and after `graceMs` insists. It is not started again. */
  async stop(name: string, graceMs = 10_000): Promise<void> {
    const self = this.running.get(name);
    if (!self) return;
    self.stopped = true;
    self.child.kill("SIGTERM");
    const timer = setTimeout(() => killGroup(self.child), graceMs);
    await self.ended;
    clearTimeout(timer);
  }

  /** Ends everything in the order given, what is not named last. */
  async stopAll(order: string[] = []): Promise<void> {
    this.stopping = true;
    for (const timer of this.timers) clearTimeout(timer);
    const names = [...this.running.keys()];
    for (const name of [...order, ...names.filter((other) => !order.includes(other))]) {
      await this.stop(name);
    }
  }

  /** For whoever cannot wait: kills everything at once. */
  killAll(): void {
    this.stopping = true;
    for (const { child } of this.running.values()) killGroup(child);
  }
}
