import { watch } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { firstStart } from "@/lib/session/first-start";
import { type Env, parseEnv } from "@/lib/settings/env";
import { secretsOf } from "@/lib/settings/secrets";
import { closeDatabase } from "@/lib/store/client";
import { applyMigrations } from "@/lib/store/migrate";
import { ensureBuilt } from "./build";
import { choosePort } from "./choose-port";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres";
import { leanProcess } from "./lean-process";
import { importantLine, importantNextLine } from "./program-output";
import { RunFiles } from "./run-files";
import { say } from "./say";
import { Supervisor } from "./supervisor";

export type Application = {
  /** where a person opens it */
  url: string;
  settings: Env;
  databaseUrl: string;
  /** absent where DATABASE_URL names another PostgreSQL */
  postgres: EmbeddedPostgres | undefined;
  supervisor: Supervisor;
  /** the one-time link of the first administrator, while there is none */
  firstLink: string | undefined;
  /** ends everything in order; the data is safe either way */
  stop: () => Promise<void>;
  /** somebody has asked it to end: what fails from now on fails because of that */
  isStopping: () => boolean;
};

type Options = {
  /** `next dev`, and a worker that starts again when its code changes */
  dev?: boolean;
  /** without a worker of its own (compose runs that as etl-service) */
  webOnly?: boolean;
};

/** Waits for a PostgreSQL that somebody else starts (compose, the system). */
async function waitForDatabase(url: string, seconds = 60): Promise<void> {
  const giveUpAt = Date.now() + seconds * 1_000;
  for (let told = false; ; ) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on("error", () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => {});
      const { code, message } = error as { code?: string; message: string };
      const reason = code ?? message;
      // Wrong password, no such database: waiting does not help.
      const hopeless = ["28P01", "28000", "3D000"].includes(code ?? "");
      if (hopeless || Date.now() > giveUpAt) {
        throw new Error(
          `The database of DATABASE_URL cannot be used (${reason}${message ? `: ${message}` : ""}). ` +
            "Check the address, the user and the password; without DATABASE_URL Bulkhouse brings its own.",
        );
      }
      if (!told)
        say.note(`The database does not answer yet (${reason}): waiting up to ${seconds} s.`);
      told = true;
      await sleep(500);
    }
  }
}

/**
 * The database of this installation, migrated: DATABASE_URL where it is set, else the embedded one.
 * Sets DATABASE_URL for this process and all that it starts.
 */
export async function openDatabase(
  settings: Env,
  { quiet = false } = {},
): Promise<{ url: string; postgres: EmbeddedPostgres | undefined }> {
  let postgres: EmbeddedPostgres | undefined;
  if (settings.DATABASE_URL) {
    await waitForDatabase(settings.DATABASE_URL);
    if (!quiet) say.done("database", "PostgreSQL of DATABASE_URL");
  } else {
    const password = secretsOf(settings).databasePassword;
    postgres = await startEmbeddedPostgres({ dataDir: settings.DATA_DIR, password });
    const how = postgres.reused ? "left running by an earlier start" : "embedded";
    if (!quiet) say.done("database", `PostgreSQL 18 (${how}), port ${postgres.port}`);
    if (!postgres.folder.startsWith(settings.DATA_DIR)) {
      say.note(
        `Its data is in ${postgres.folder}: PostgreSQL does not run as root, and the user it runs ` +
          `as cannot enter ${settings.DATA_DIR}.`,
      );
    }
  }
  const url = postgres?.url ?? (settings.DATABASE_URL as string);
  process.env.DATABASE_URL = url;
  try {
    const applied = await applyMigrations(url);
    if (applied.length > 0 && !quiet) say.done("schema", `migrated (${applied.join(", ")})`);
  } catch (error) {
    await postgres?.stop();
    throw error;
  }
  return { url, postgres };
}

/** Waits for the web server; `ready` decides about an answer of /api/health. */
async function waitForWeb(
  url: string,
  supervisor: Supervisor,
  names: string[],
  ready: (answer: Response) => boolean,
): Promise<void> {
  const giveUpAt = Date.now() + 120_000;
  let last = "no answer";
  for (;;) {
    try {
      const answer = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(30_000) });
      if (ready(answer)) return;
      last = (await answer.text()).slice(0, 300);
    } catch {
      // Not listening yet.
    }
    for (const name of names) {
      if (supervisor.deathsOf(name) >= 3) {
        throw new Error(
          `${name} does not stay up. Its log (${supervisor.logFile(name)}) ends with:\n${supervisor.tail(name)}`,
        );
      }
    }
    if (Date.now() > giveUpAt) {
      throw new Error(
        `Bulkhouse did not get ready in two minutes; /api/health says: ${last}\n` +
          names.map((name) => `[${name}]\n${supervisor.tail(name, 5)}`).join("\n"),
      );
    }
    await sleep(100);
  }
}

function restartOnChange(supervisor: Supervisor, restart: () => void): void {
  let timer: NodeJS.Timeout | undefined;
  for (const folder of ["lib", "prisma"]) {
    const watcher = watch(folder, { recursive: true }, (_event, file) => {
      if (!file || /\.test\.|\.json\./.test(file) || !supervisor.pidOf("worker")) return;
      clearTimeout(timer);
      timer = setTimeout(restart, 300);
      timer.unref();
    });
    watcher.unref();
  }
}

/**
 * Brings Bulkhouse up: database, migrations, first administrator, web server, worker; and keeps the
 * two running. Ctrl-C and SIGTERM end all of it in order, a second Ctrl-C at once.
 * @throws Error with a sentence for the person at the console; everything begun has been ended
 */
export async function startApplication({
  dev = false,
  webOnly = false,
}: Options = {}): Promise<Application> {
  const settings = parseEnv(process.env);
  const runFiles = new RunFiles(path.join(settings.DATA_DIR, "run"));
  const starter = webOnly ? "web-starter" : "starter";
  const other = runFiles.alive().find((entry) => entry.name === starter);
  if (other) {
    throw new Error(
      `Bulkhouse already runs here${other.url ? ` at ${other.url}` : ""} (process ${other.pid}). ` +
        "End it first, or give this one a DATA_DIR and a PORT of its own.",
    );
  }
  // Asked now, so that a busy one is said before the build, and again when it is needed.
  if (process.env.PORT) await choosePort(process.env.PORT);
  if (!dev) await ensureBuilt();
  const port = await choosePort(process.env.PORT);
  const left = webOnly ? [] : await runFiles.endLeftovers();
  if (left.length > 0) say.note(`Ended what a killed earlier start had left: ${left.join(", ")}.`);
  runFiles.write(starter, process.pid);

  const supervisor = new Supervisor({
    logFolder: path.join(settings.DATA_DIR, "logs"),
    runFiles,
    say: say.from,
  });
  let opening: Promise<{ url: string; postgres: EmbeddedPostgres | undefined }> | undefined;
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      await supervisor.stopAll(["sandbox", "web", "worker"]);
      await closeDatabase();
      const opened = await opening?.catch(() => undefined);
      await opened?.postgres?.stop();
      runFiles.remove(starter);
    })();
    return stopped;
  };
  endOnSignals(stop, supervisor);

  try {
    const url = `http://localhost:${port}`;
    runFiles.write(starter, process.pid, url);
    opening = openDatabase(settings);
    const opened = await opening;
    const { token } = await firstStart(settings);
    const entry = path.resolve("start/run.mjs");
    supervisor.start({
      name: "web",
      args: [
        path.resolve("node_modules/next/dist/bin/next"),
        dev ? "dev" : "start",
        "-p",
        `${port}`,
      ],
      env: {
        NODE_ENV: dev ? "development" : "production",
        NEXT_TELEMETRY_DISABLED: "1",
        PORT: String(port),
        NEXTAUTH_URL: settings.NEXTAUTH_URL ?? url,
      },
      show: dev ? (line) => line : importantNextLine,
    });
    if (!webOnly) {
      const worker = {
        name: "worker",
        args: [entry, "worker"],
        show: importantLine,
        ...leanProcess,
      };
      supervisor.start(worker);
      if (dev) {
        restartOnChange(supervisor, async () => {
          say.from("worker", "its code has changed: starting again");
          await supervisor.stop("worker");
          supervisor.start(worker);
        });
      }
    }
    await waitForWeb(url, supervisor, webOnly ? ["web"] : ["web", "worker"], (answer) =>
      webOnly ? answer.status === 200 || answer.status === 503 : answer.status === 200,
    );
    say.done("ready", url);
    return {
      url,
      settings,
      databaseUrl: opened.url,
      postgres: opened.postgres,
      supervisor,
      firstLink: token ? `${url}/welcome?token=${encodeURIComponent(token)}` : undefined,
      stop,
      isStopping: () => stopped !== undefined,
    };
  } catch (error) {
    // Ctrl-C during the start: its handler ends the process when all is down.
    if (stopped) return new Promise<never>(() => {});
    await stop();
    throw error;
  }
}

/** The first signal ends in order; another one, a moment later, at once. */
function endOnSignals(stop: () => Promise<void>, supervisor: Supervisor): void {
  let askedAt = 0;
  const onSignal = () => {
    if (askedAt) {
      // npm passes Ctrl-C on beside the terminal: two within a moment are one.
      if (Date.now() - askedAt < 1_000) return;
      supervisor.killAll();
      process.exit(1);
    }
    askedAt = Date.now();
    say.line();
    say.line("Stopping …");
    stop().then(
      () => {
        say.line("Stopped.");
        process.exit(0);
      },
      (error) => {
        console.error(`✗ ${error.message}`);
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
}
