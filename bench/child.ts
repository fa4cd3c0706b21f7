import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

export type Child = {
  pid: number;
  send: (message: object | string) => void;
  /** the next message; @throws Error where the process ends instead */
  answer: <Answer>() => Promise<Answer>;
  disconnect: () => void;
  /** by SIGKILL; resolves when it is gone */
  kill: () => Promise<void>;
};

/**
 * A process of its own for `bench/<name>.ts`, so that its memory and CPU are its alone. Resolves when
 * it has said that its code is read.
 */
export async function startChild(
  name: string,
  {
    env = {},
    flags = [],
    ownSession = false,
  }: { env?: Record<string, string>; flags?: readonly string[]; ownSession?: boolean } = {},
): Promise<Child> {
  const started: ChildProcess = fork(path.join(import.meta.dirname, `${name}.ts`), {
    execArgv: [...flags, "--import", "tsx"],
    // As start/supervisor does it with the worker: Linux shares the CPU among sessions first.
    detached: ownSession && process.platform !== "win32",
    // Our stdout is the tables' alone; downloads that break on purpose are not worth a line.
    stdio: ["ignore", process.stderr, process.stderr, "ipc"],
    env: { ...process.env, LOG_LEVEL: "error", ...env },
  });
  const answer = <Answer>() =>
    new Promise<Answer>((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`${name} ended with ${code}`));
      started.once("exit", ended);
      started.once("error", reject);
      started.once("message", (message) => {
        started.off("exit", ended);
        started.off("error", reject);
        resolve(message as Answer);
      });
    });
  await answer();
  return {
    pid: started.pid ?? 0,
    async kill() {
      if (started.exitCode !== null || started.signalCode !== null) return;
      const gone = once(started, "exit");
      started.kill("SIGKILL");
      await gone;
    },
    send: (message) => started.send(message),
    answer,
    disconnect: () => started.disconnect(),
  };
}
