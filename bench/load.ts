import { leanProcess } from "@/start/lean-process";
import { startChild } from "./child";
import type { LoadAnswer, LoadRequest } from "./load-process";

/** Loads files as a worker does, in a new process; the time starts when its code has been read. */
export async function load(databaseUrl: string, request: LoadRequest): Promise<LoadAnswer> {
  const child = await startChild("load-process", {
    ...leanProcess,
    env: { ...leanProcess.env, DATABASE_URL: databaseUrl },
  });
  child.send(request);
  const message = await child.answer<{ answer: LoadAnswer } | { error: string }>();
  if ("error" in message) throw new Error(message.error);
  return message.answer;
}
