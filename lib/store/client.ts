import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { env } from "@/lib/settings/env";
import { PrismaClient } from "@/prisma/generated/client";
import { standBackIn } from "./stand-back-in";

/**
 * Secret columns are absent unless a query selects them by name. The pool is the one that Prisma's
 * adapter uses: COPY and the claims go through it directly.
 */
function open(url: string) {
  const connections = (max: number, min = 0) => {
    const made = new pg.Pool({
      connectionString: url,
      max,
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 30_000,
      // Whoever waits for a database that is gone without a word learns it; nor does what stands between forget us.
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      // A page that is opened after a pause would wait for as many new ones as it asks questions (42 instead of
      // 7 ms for a status). Made anew each hour: what PostgreSQL remembers of every table grows.
      min,
      maxLifetimeSeconds: 3_600,
      application_name: "bulkhouse",
    });
    // A connection that dies while idle must not end the process; the next query reports it.
    made.on("error", () => {});
    return made;
  };
  // Held for long are two (loads) and twelve (settling); all else is short. Two processes with the most
  // stay below PostgreSQL's usual hundred.
  const pool = connections(Math.min(40, Math.max(20, env().WORKER_CONCURRENCY + 16)), 6);
  let background: pg.Pool | undefined;
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
    /** for long work that nobody's page should wait behind */
    get background() {
      if (!background) {
        background = connections(2);
        standBackIn(background);
      }
      return background;
    },
    async close() {
      await prisma?.$disconnect();
      await Promise.all([pool.end(), background?.end()]);
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
