import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, inject } from "vitest";
import { closeDatabase, database } from "./client";

declare module "vitest" {
  interface ProvidedContext {
    /** a PostgreSQL server for tests, without a database name at its end */
    databaseServer: string;
    /** the migrated database to clone */
    databaseTemplate: string;
  }
}

/**
 * For x.db.test.ts: an empty, migrated database of this test file's own, dropped afterwards. Sets
 * DATABASE_URL, so call it at the top of the file, before anything asks for `database()` or `env()`.
 * @returns its URL, for processes that the test starts
 */
export async function freshDatabase(): Promise<string> {
  const server = inject("databaseServer");
  const name = `test_${randomBytes(6).toString("hex")}`;
  const admin = new pg.Client({ connectionString: `${server}/postgres` });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${inject("databaseTemplate")}`);
  await admin.end();
  const url = `${server}/${name}`;
  process.env.DATABASE_URL = url;
  afterAll(async () => {
    await closeDatabase();
    const client = new pg.Client({ connectionString: `${server}/postgres` });
    await client.connect();
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await client.end();
  });
  return url;
}

/**
 * Removes every job and connection between two tests. A step of the test before may still be writing
 * its last row (a kick-off goes on after its caller was answered); PostgreSQL then ends one of the two
 * as a deadlock, and it is ours that tries again.
 */
export async function removeJobs(): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await database().pool.query("TRUNCATE export_jobs, connections CASCADE");
      return;
    } catch (error) {
      if ((error as pg.DatabaseError).code !== "40P01" || attempt === 10) throw error;
    }
  }
}
