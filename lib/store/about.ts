import { statfs } from "node:fs/promises";
import path from "node:path";
import type { About } from "@/lib/contract/settings";
import { env } from "@/lib/settings/env";
import { database } from "./client";
import { versionOf } from "./version-of";

/** Bytes that we may still write below a folder; null where that cannot be told. */
export async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    // The folder appears with the first export; until then its parent is the same disk.
    const parent = path.dirname(folder);
    return parent === folder ? null : freeBytes(parent);
  }
}

async function databaseFacts(): Promise<About["database"]> {
  const { pool } = database();
  const { rows } = await pool.query<{ version: string; size: string; recorded: boolean }>(
    `SELECT current_setting('server_version') AS version,
            pg_database_size(current_database()) AS size,
            to_regclass('"_prisma_migrations"') IS NOT NULL AS recorded`,
  );
  const migrations = rows[0]?.recorded
    ? await pool.query<{ name: string }>(
        `SELECT migration_name AS name FROM "_prisma_migrations"
         WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`,
      )
    : { rows: [] };
  return {
    version: rows[0]?.version ?? "",
    size_bytes: Number(rows[0]?.size ?? 0),
    migrations: migrations.rows.map((row) => row.name),
  };
}

/** Where the database is, without the user's name and password. */
function addressOf(url: string | undefined): string | null {
  if (!url || !URL.canParse(url)) return null;
  const { host, pathname } = new URL(url);
  return host + pathname;
}

/** What runs here and with which settings; of secrets only whether they were set. */
export async function about(): Promise<About> {
  const { prisma } = database();
  const settings = env();
  const [version, facts, stored, free, workers] = await Promise.all([
    versionOf(),
    databaseFacts(),
    prisma.exportFile.aggregate({ _sum: { sizeBytes: true }, where: { path: { not: null } } }),
    freeBytes(settings.BULK_DIR),
    prisma.worker.findMany({ orderBy: { heartbeatAt: "desc" } }),
  ]);
  return {
    version,
    node: process.versions.node,
    database: facts,
    storage: {
      bulk_dir: settings.BULK_DIR,
      bulk_bytes: Number(stored._sum.sizeBytes ?? 0),
      free_bytes: free,
    },
    workers: workers.map((worker) => ({
      id: worker.id,
      host: worker.host,
      started_at: worker.startedAt.toISOString(),
      heartbeat_at: worker.heartbeatAt.toISOString(),
    })),
    settings: {
      PORT: settings.PORT,
      DATABASE_URL: addressOf(settings.DATABASE_URL),
      DATA_DIR: settings.DATA_DIR,
      BULK_DIR: settings.BULK_DIR,
      HTTP_TIMEOUT_READ: settings.HTTP_TIMEOUT_READ,
      TOKEN_HOSTS: settings.TOKEN_HOSTS.join(" ") || null,
      EXPORT_LIMIT_HOURS: settings.EXPORT_LIMIT_HOURS,
      EXPORT_STALL_HOURS: settings.EXPORT_STALL_HOURS,
      WORKER_CONCURRENCY: settings.WORKER_CONCURRENCY,
      WORKER_LEASE_SECONDS: settings.WORKER_LEASE_SECONDS,
      MAX_LINE_BYTES: settings.MAX_LINE_BYTES,
      LOG_LEVEL: settings.LOG_LEVEL,
      NEXTAUTH_URL: settings.NEXTAUTH_URL ?? null,
      NEXTAUTH_SECRET: settings.NEXTAUTH_SECRET !== undefined,
      ENCRYPTION_KEY: settings.ENCRYPTION_KEY !== undefined,
      ETL_API_KEY: settings.ETL_API_KEY !== undefined,
      ADMIN_EMAIL: settings.ADMIN_EMAIL ?? null,
    },
  };
}
