import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { applyMigrations } from "@/lib/store/migrate";
import { startEmbeddedPostgres } from "./embedded-postgres";

/** A server for tests: TEST_DATABASE_SERVER, or an embedded one that lives as long as the run. */
async function testServer(): Promise<{ server: string; stop: () => Promise<void> }> {
  const given = process.env.TEST_DATABASE_SERVER;
  if (given) return { server: given.replace(/\/+$/, ""), stop: async () => {} };
  const dataDir = await mkdtemp(path.join(tmpdir(), "bulkhouse-test-"));
  // As root, PostgreSQL's user must be able to enter it.
  await chmod(dataDir, 0o711);
  const postgres = await startEmbeddedPostgres({
    dataDir,
    password: randomBytes(18).toString("base64url"),
    preferredPort: 0,
    fsync: false,
  });
  return {
    server: postgres.url.replace(/\/[^/]*$/, ""),
    async stop() {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Global set-up of the `db` tests: a PostgreSQL server and a migrated database to clone. */
export default async function setup(project: TestProject) {
  const { server, stop } = await testServer();
  const template = `template_${randomBytes(6).toString("hex")}`;
  const admin = new pg.Client({ connectionString: `${server}/postgres` });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${template}`);
  await applyMigrations(`${server}/${template}`);
  project.provide("databaseServer", server);
  project.provide("databaseTemplate", template);
  return async () => {
    await admin.query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
    await admin.end();
    await stop();
  };
}
