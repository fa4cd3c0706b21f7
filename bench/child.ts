import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";

export type Child<Answer> = {
  pid: number;
  send: (message: object | string) => void;
  /** the next message; @throws Error where the process ends instead */
  answer: () => Promise<Answer>;
  disconnect: () => void;
};

/**
 * A process of its own for `bench/<name>.ts`, so that its memory and CPU are its alone. Resolves when
 * it has said that its code is read.
 */
export async function startChild<Answer>(
  name: string,
  env: Record<string, string> = {},
): Promise<Child<Answer>> {
  const process_: ChildProcess = fork(path.join(import.meta.dirname, `${name}.ts`), {
    execArgv: ["--import", "tsx"],
    env: { ...process.env, LOG_LEVEL: "warn", ...env },
  });
  const answer = () =>
    new Promise<Answer>((resolve, reject) => {
      const ended = (code: number | null) => reject(new Error(`${name} ended with ${code}`));
      process_.once("exit", ended);
      process_.once("error", reject);
      process_.once("message", (message) => {
        process_.off("exit", ended);
        process_.off("error", reject);
        resolve(message as Answer);
      });
    });
  await answer();
  return {
    pid: process_.pid ?? Number.NaN,
    send: (message) => process_.send(message),
    answer,
    disconnect: () => process_.disconnect(),
  };
}
