import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "@playwright/test";
import { parse } from "yaml";
import { startEmbeddedPostgres } from "../start/embedded-postgres";
import { freePort } from "../start/free-port";

const root = path.resolve(import.meta.dirname, "..");
type Service = { command: string[]; environment: Record<string, string> };
const { services } = parse(readFileSync(path.join(root, "docker-compose.yml"), "utf8"), {
  merge: true,
}) as { services: Record<"web" | "etl-service", Service> };

/** Runs the service's very command with its very settings, but for addresses and folders. */
function run(name: "web" | "etl-service", instead: Record<string, string>) {
  const { command, environment } = services[name];
  const settings = Object.entries({ ...environment, ...instead }).map(([key, value]) => [
    key,
    value.replace(/\$\{[A-Z_]+:-([^}]*)\}/g, "$1"),
  ]);
  const [program = "node", ...args] = command;
  const child = spawn(program, args, {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...Object.fromEntries(settings) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: string[] = [];
  child.stdout.on("data", (chunk) => output.push(String(chunk)));
  child.stderr.on("data", (chunk) => output.push(String(chunk)));
  const exit = new Promise<number | null>((resolve) => child.on("exit", resolve));
  return { child: child as ChildProcess, output, exit };
}

test("The commands of docker-compose.yml bring web and etl-service up over one database", async () => {
  test.setTimeout(180_000);
  const folder = mkdtempSync(path.join(tmpdir(), "bulkhouse-compose-"));
  // As root, PostgreSQL's user must be able to enter it.
  chmodSync(folder, 0o711);
  const password = randomBytes(12).toString("hex");
  const postgres = await startEmbeddedPostgres({
    dataDir: path.join(folder, "database"),
    password,
    preferredPort: 0,
    fsync: false,
  });
  const port = await freePort(0);
  const instead = {
    PORT: String(port),
    DATABASE_URL: postgres.url,
    DATA_DIR: path.join(folder, "data"),
    BULK_DIR: path.join(folder, "data", "bulk"),
  };
  const running: ChildProcess[] = [];
  const health = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/health`).catch(() => undefined);
    return answer ? { status: answer.status, missing: (await answer.json()).missing } : undefined;
  };
  try {
    const web = run("web", instead);
    running.push(web.child);
    await expect.poll(health, { timeout: 90_000 }).toEqual({ status: 503, missing: ["worker"] });
    await expect
      .poll(() => web.output.join(""))
      .toContain(`http://localhost:${port}/welcome?token=`);

    const etl = run("etl-service", instead);
    running.push(etl.child);
    await expect.poll(health, { timeout: 60_000 }).toEqual({ status: 200, missing: [] });
    // `docker compose logs etl-service` is the pipeline's log.
    expect(etl.output.join("")).toContain("worker started");

    etl.child.kill("SIGTERM");
    expect(await etl.exit).toBe(0);
    web.child.kill("SIGTERM");
    expect(await web.exit).toBe(0);
    expect(await health()).toBeUndefined();
  } finally {
    for (const child of running) child.kill("SIGKILL");
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
