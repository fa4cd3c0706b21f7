import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { env } from "@/lib/settings/env";
import { PrismaClient } from "@/prisma/generated/client";

/**
 * Secret columns are absent unless a query selects them by name. The pool is the one that Prisma's
 * adapter uses: COPY and the claims go through it directly.
 */
function open(url: string) {
  const pool = new pg.Pool({
    connectionString: url,
    // A load holds one connection, its lease is renewed over another.
    max: Math.max(20, 2 * env().WORKER_CONCURRENCY + 8),
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    application_name: "bulkhouse",
  });
  // A connection that dies while idle must not end the process; the next query reports it.
  pool.on("error", () => {});
  const connect = () =>
    new PrismaClient({
      adapter: new PrismaPg(pool),
      omit: {
        user: { passwordHash: true },
        connection: { privateKeyEncrypted: true, bearerTokenEncrypted: true },
        apiKey: { keyHash: true },
        invitation: { tokenHash: true },
      },
    });
  let prisma: ReturnType<typeof connect> | undefined;
  return {
    get prisma() {
      prisma ??= connect();
      return prisma;
    },
    pool,
    async close() {
      await prisma?.$disconnect();
      await pool.end();
    },
  };
}

export type Database = ReturnType<typeof open>;

const remembered = globalThis as { bulkhouseDatabase?: Database };

/**
 * The database of this process, opened at first use; kept across hot reloads.
 * @throws Error where DATABASE_URL is not set (the starter sets it for every process it starts)
 */
export function database(): Database {
  if (!remembered.bulkhouseDatabase) {
    const url = env().DATABASE_URL;
    if (!url) {
      throw new Error(
        "DATABASE_URL is not set. `npm start` and `npm run worker` set it by themselves.",
      );
    }
    remembered.bulkhouseDatabase = open(url);
  }
  return remembered.bulkhouseDatabase;
}

/** Ends every connection; the next call of `database` opens anew. */
export async function closeDatabase(): Promise<void> {
  const open = remembered.bulkhouseDatabase;
  delete remembered.bulkhouseDatabase;
  await open?.close();
}
