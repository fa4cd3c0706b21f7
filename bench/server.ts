import { readdirSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { applyMigrations } from "@/lib/store/migrate";
import { startEmbeddedPostgres } from "@/start/embedded-postgres";

export type Server = {
  /** of the migrated database */
  url: string;
  version: string;
  /** where its data lies */
  folder: string;
  /** seconds of CPU that its processes have used so far; null where the system does not tell */
  cpuSeconds: () => number | null;
  stop: () => Promise<void>;
};

/** Fields of /proc/<pid>/stat from the state on. */
const statOf = (pid: number | string) =>
  readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");

/** The postmaster, its children that have ended (it waits for them) and those that live. */
function cpuOf(postmaster: number): number | null {
  try {
    const ticks = (fields: string[], from: number, to: number) =>
      fields.slice(from, to).reduce((sum, field) => sum + Number(field), 0);
    let sum = ticks(statOf(postmaster), 11, 15);
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        const fields = statOf(pid);
        if (Number(fields[1]) === postmaster) sum += ticks(fields, 11, 13);
      } catch {
        // It has ended in between.
      }
    }
    return sum / 100;
  } catch {
    return null;
  }
}

/** A PostgreSQL that is there, migrated and left as it is afterwards: for one trial after another. */
export async function knownServer(url: string): Promise<Server> {
  await applyMigrations(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    `SELECT current_setting('server_version') AS version,
            current_setting('data_directory') AS folder`,
  );
  await client.end();
  return {
    url,
    folder: rows[0].folder,
    version: rows[0].version,
    cpuSeconds: () => null,
    stop: async () => {},
  };
}

/** A new embedded PostgreSQL with the settings that every installation gets, migrated. */
export async function startServer(folder: string): Promise<Server> {
  const dataDir = await mkdtemp(path.join(folder, "bulkhouse-bench-pg-"));
  // As root, PostgreSQL's user must be able to enter it.
  await chmod(dataDir, 0o711);
  const postgres = await startEmbeddedPostgres({ dataDir, password: "bench", preferredPort: 0 });
  await applyMigrations(postgres.url);
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  const { rows } = await client.query("SHOW server_version");
  await client.end();
  const postmaster = Number(
    readFileSync(path.join(postgres.folder, "postmaster.pid"), "utf8").split("\n")[0],
  );
  return {
    url: postgres.url,
    version: rows[0].server_version,
    folder: postgres.folder,
    cpuSeconds: () => cpuOf(postmaster),
    async stop() {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
