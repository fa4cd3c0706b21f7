import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { processIdentity } from "./process-identity";
import { RunFiles } from "./run-files";
import { Supervisor } from "./supervisor";

let folder: string;
let runFiles: RunFiles;
let supervisor: Supervisor;
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "supervisor-"));
  runFiles = new RunFiles(path.join(folder, "run"));
  said = [];
  supervisor = new Supervisor({
    logFolder: path.join(folder, "logs"),
    runFiles,
    say: (name, line) => said.push(`${name}: ${line}`),
    backOffMs: 20,
  });
});
afterEach(async () => {
  await supervisor.stopAll();
  rmSync(folder, { recursive: true, force: true });
});

function script(name: string, code: string): string {
  const file = path.join(folder, `${name}.mjs`);
  writeFileSync(file, code);
  return file;
}
const isAlive = (pid: number) => processIdentity(pid) !== undefined;
const started = () => said.filter((line) => line.includes("hello")).length;

test("a program that dies is started again, and its death is told", async () => {
  const file = script("mortal", `console.log("hello"); setTimeout(() => process.exit(7), 50)`);
  supervisor.start({ name: "mortal", args: [file], show: (line) => line });
  await expect.poll(started, { timeout: 10_000 }).toBeGreaterThanOrEqual(3);
  expect(said).toContainEqual(expect.stringMatching(/^mortal: ended \(7\); starts again in/));
  expect(supervisor.deathsOf("mortal")).toBeGreaterThanOrEqual(2);
});

test("a program that is killed from outside is started again", async () => {
  const file = script("steady", `console.log("hello"); setInterval(() => {}, 1000)`);
  supervisor.start({ name: "steady", args: [file], show: (line) => line });
  await expect.poll(started, { timeout: 10_000 }).toBe(1);
  const before = supervisor.pidOf("steady") as number;
  process.kill(before, "SIGKILL");
  await expect.poll(started, { timeout: 10_000 }).toBe(2);
  expect(supervisor.pidOf("steady")).not.toBe(before);
});

test("stopping ends every program for good, in the order asked for", async () => {
  const note = path.join(folder, "order");
  for (const name of ["first", "second"]) {
    const file = script(
      name,
      `import { appendFileSync } from "node:fs";
       process.on("SIGTERM", () => { appendFileSync(${JSON.stringify(note)}, "${name} "); process.exit(0) });
       setInterval(() => {}, 1000); console.log("hello")`,
    );
    supervisor.start({ name, args: [file], show: (line) => line });
  }
  await expect.poll(started, { timeout: 10_000 }).toBe(2);
  const pids = ["first", "second"].map((name) => supervisor.pidOf(name) as number);
  await supervisor.stopAll(["second", "first"]);
  expect(readFileSync(note, "utf8")).toBe("second first ");
  expect(pids.map(isAlive)).toEqual([false, false]);
  expect(runFiles.alive()).toEqual([]);
});

test("a program that does not listen is ended all the same", async () => {
  const file = script(
    "deaf",
    `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("hello")`,
  );
  supervisor.start({ name: "deaf", args: [file], show: (line) => line });
  await expect.poll(started, { timeout: 10_000 }).toBe(1);
  const pid = supervisor.pidOf("deaf") as number;
  await supervisor.stop("deaf", 100);
  expect(isAlive(pid)).toBe(false);
});

test("output goes to the program's log, and what a person must see to the console", async () => {
  const file = script(
    "talker",
    `console.log("quiet"); console.log("loud"); setInterval(() => {}, 1000)`,
  );
  supervisor.start({
    name: "talker",
    args: [file],
    show: (line) => (line === "loud" ? line : undefined),
  });
  await expect.poll(() => supervisor.tail("talker"), { timeout: 10_000 }).toBe("quiet\nloud");
  expect(said).toEqual(["talker: loud"]);
});

test("programs end when their starter is killed", async () => {
  const child = script("child", `console.log("pid " + process.pid); setInterval(() => {}, 1000)`);
  const starter = script(
    "starter",
    `import { Supervisor } from ${JSON.stringify(path.resolve("start/supervisor.ts"))};
     import { RunFiles } from ${JSON.stringify(path.resolve("start/run-files.ts"))};
     const runFiles = new RunFiles(${JSON.stringify(path.join(folder, "run"))});
     new Supervisor({ logFolder: ${JSON.stringify(folder)}, runFiles, say: (_, line) => console.log(line) })
       .start({ name: "child", args: [${JSON.stringify(child)}], show: (line) => line });`,
  );
  const process_ = spawn(process.execPath, ["--import", "tsx", starter], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const pid = await new Promise<number>((resolve) => {
    process_.stdout.on("data", (chunk) => {
      const found = /pid (\d+)/.exec(String(chunk));
      if (found) resolve(Number(found[1]));
    });
  });
  expect(isAlive(pid)).toBe(true);
  process_.kill("SIGKILL");
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
});

test("what a killed starter left behind is ended by the next, and nobody else is", async () => {
  const code = "process.on('SIGTERM', () => {}); console.log('up'); setInterval(() => {}, 1000)";
  const left = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  const other = spawn(process.execPath, ["-e", code], { stdio: "ignore" });
  const [leftPid, otherPid] = [left.pid as number, other.pid as number];
  runFiles.write("left", leftPid);
  // The number of a process on record that has ended, and was given to another program since.
  writeFileSync(
    path.join(folder, "run", "old.json"),
    JSON.stringify({ name: "old", pid: otherPid, identity: "another time" }),
  );
  expect(await runFiles.endLeftovers()).toEqual(["left"]);
  await expect.poll(() => isAlive(leftPid), { timeout: 10_000 }).toBe(false);
  expect(isAlive(otherPid)).toBe(true);
  other.kill("SIGKILL");
});
