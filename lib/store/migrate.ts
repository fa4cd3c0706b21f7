import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { AppError } from "@/lib/errors";
import { distribution } from "./distribution";
import { distributionSteps } from "./distribution-steps";
import { oneConnectionANode } from "./one-connection-a-node";

/** The key under which Prisma's own `migrate deploy` locks: both may run, one at a time. */
export const migrationLock = 72_707_369;

/** Prisma's own definition, so that its command line reads our records as its own. */
const createRecords = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id"                  VARCHAR(36)  PRIMARY KEY NOT NULL,
  "checksum"            VARCHAR(64)  NOT NULL,
  "finished_at"         TIMESTAMPTZ,
  "migration_name"      VARCHAR(255) NOT NULL,
  "logs"                TEXT,
  "rolled_back_at"      TIMESTAMPTZ,
  "started_at"          TIMESTAMPTZ  NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER      NOT NULL DEFAULT 0
)`;

type Migration = { name: string; sql: string };
type Recorded = {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
  logs: string;
};
type Runner = Pick<pg.ClientBase, "query">;

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** A checkout on Windows may have other line ends; Prisma accepts either, and so do we. */
const checksums = (sql: string) => {
  const unix = sql.replaceAll("\r\n", "\n");
  return [sql, unix, unix.replaceAll("\n", "\r\n")].map(sha256);
};

/** Where the migrations lie: every process of Bulkhouse runs in the project's folder. */
const defaultFolder = () => path.join(process.cwd(), "prisma", "migrations");

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => ({
      name,
      sql: await readFile(path.join(folder, name, "migration.sql"), "utf8"),
    })),
  );
}

async function readRecords(runner: Runner): Promise<Recorded[]> {
  const { rows } = await runner.query<Recorded>(
    `SELECT migration_name, checksum, finished_at, logs FROM "_prisma_migrations"
     WHERE rolled_back_at IS NULL ORDER BY started_at`,
  );
  return rows;
}

/** What is still to be applied, after checking that what was applied is what we have. */
function pendingOf(migrations: Migration[], records: Recorded[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const record of records) {
    const name = record.migration_name;
    const migration = known.get(name);
    if (!record.finished_at) {
      const reason = record.logs?.trim().split("\n")[0] || "it was interrupted";
      throw new AppError("migration-unfinished", { name, reason });
    }
    if (!migration) throw new AppError("migration-unknown", { name });
    if (!checksums(migration.sql).includes(record.checksum)) {
      throw new AppError("migration-changed", { name });
    }
  }
  const applied = new Set(records.map((record) => record.migration_name));
  return migrations.filter((migration) => !applied.has(migration.name));
}

/** One transaction: the record and the change appear together, or neither does. */
async function applyOne(client: Runner, { name, sql }: Migration): Promise<void> {
  const id = randomUUID();
  const startedAt = new Date();
  try {
    await client.query("BEGIN");
    await client.query(oneConnectionANode);
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at)
       VALUES ($1, $2, $3, $4)`,
      [id, sha256(sql), name, startedAt],
    );
    await client.query(sql);
    await client.query(
      `UPDATE "_prisma_migrations" SET finished_at = clock_timestamp(), applied_steps_count = 1
       WHERE id = $1`,
      [id],
    );
    await client.query("COMMIT");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    // Where the connection itself is gone the server has rolled back, and nothing can be written.
    await client.query("ROLLBACK").then(
      () =>
        client.query(
          `INSERT INTO "_prisma_migrations"
             (id, checksum, migration_name, logs, started_at, rolled_back_at)
           VALUES ($1, $2, $3, $4, $5, clock_timestamp())`,
          [id, sha256(sql), name, reason, startedAt],
        ),
      () => undefined,
    );
    throw new AppError("migration-failed", { name, reason }, { cause });
  }
}

/** Where the data tables are distributed, one that a migration added joins them. */
async function distributeNewTables(client: Runner): Promise<void> {
  const state = await distribution(client);
  if (!state.tables.some(({ column }) => column !== null)) return;
  for (const { sql } of distributionSteps(state)) await client.query(sql);
}

/**
 * Brings the database up to prisma/migrations, as `prisma migrate deploy` would, through pg alone
 * (Prisma's command needs an engine from the network). Safe when several processes do it at once:
 * the first applies, the others wait and find nothing to do. A migration that fails is rolled back,
 * recorded as rolled back, and tried again by the next call. On a distributed database
 * (`npm run distribute`) a data table that is new is distributed too.
 * @param target a connection URL, or a pool to borrow one connection of
 * @returns the names of the migrations that this call applied
 * @throws AppError migration-failed; migration-changed or migration-unknown where the database
 *   holds a migration that differs from ours or that we do not have; migration-unfinished where
 *   another tool left one half applied
 */
export async function applyMigrations(
  target: string | pg.Pool,
  { folder = defaultFolder() }: { folder?: string } = {},
): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const pool =
    typeof target === "string" ? new pg.Pool({ connectionString: target, max: 1 }) : target;
  try {
    const client = await pool.connect();
    // A connection that is lost is reported by the query that needed it.
    client.on("error", () => {});
    try {
      // Held by the session, so it outlives each migration's transaction and ends with us.
      await client.query("SELECT pg_advisory_lock($1)", [migrationLock]);
      await client.query(createRecords);
      const pending = pendingOf(migrations, await readRecords(client));
      for (const migration of pending) await applyOne(client, migration);
      await distributeNewTables(client);
      return pending.map((migration) => migration.name);
    } finally {
      // A migration may have changed settings of the session: nobody else gets this connection.
      client.release(true);
    }
  } finally {
    if (typeof target === "string") await pool.end();
  }
}

/**
 * What applyMigrations would still apply: empty where the database is as this code needs it.
 * @throws AppError as applyMigrations does for a database that does not fit; pg's own errors
 */
export async function pendingMigrations(
  pool: pg.Pool,
  { folder = defaultFolder() }: { folder?: string } = {},
): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const { rows } = await pool.query<{ there: boolean }>(
    `SELECT to_regclass('"_prisma_migrations"') IS NOT NULL AS there`,
  );
  const records = rows[0]?.there ? await readRecords(pool) : [];
  return pendingOf(migrations, records).map((migration) => migration.name);
}
