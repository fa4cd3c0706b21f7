import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { afterEach, expect, test } from "vitest";

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) if (child.exitCode === null) child.kill("SIGKILL");
});

async function start(port: number) {
  const child = fork(path.join(import.meta.dirname, "main.ts"), [], {
    execArgv: ["--import", "tsx"],
    env: { ...process.env, SANDBOX_PORT: String(port), SANDBOX_SCALE: "0.01" },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  started.push(child);
  return child;
}

test("the process tells when it is ready and ends cleanly on SIGTERM and when its parent goes", async () => {
  const first = await start(0);
  const [ready] = (await once(first, "message")) as [{ url: string; port: number }];
  expect((await fetch(`${ready.url}/fhir/metadata`)).status).toBe(200);

  const second = await start(ready.port);
  let said = "";
  second.stderr?.on("data", (text) => {
    said += text;
  });
  expect(await once(second, "close")).toEqual([1, null]);
  expect(said).toContain(`Port ${ready.port} is in use`);

  first.kill("SIGTERM");
  expect(await once(first, "exit")).toEqual([0, null]);
  const third = await start(0);
  await once(third, "message");
  third.disconnect();
  expect(await once(third, "exit")).toEqual([0, null]);
}, 60_000);
