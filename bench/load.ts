import { fork } from "node:child_process";
import path from "node:path";
import type { LoadAnswer, LoadRequest } from "./load-process";

/** Loads files as a worker does, in a new process; the time starts when its code has been read. */
export function load(databaseUrl: string, request: LoadRequest): Promise<LoadAnswer> {
  const child = fork(path.join(import.meta.dirname, "load-process.ts"), {
    execArgv: [
      "--import",
      "tsx",
      ...(process.env.BENCH_NODE_ARGS ? process.env.BENCH_NODE_ARGS.split(" ") : []),
    ],
    env: { ...process.env, DATABASE_URL: databaseUrl, LOG_LEVEL: "warn" },
  });
  return new Promise((resolve, reject) => {
    child.on("message", (message: "ready" | { answer: LoadAnswer } | { error: string }) => {
      if (message === "ready") child.send(request);
      else if ("answer" in message) resolve(message.answer);
      else reject(new Error(message.error));
    });
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the loading process ended with ${code}`)));
  });
}
