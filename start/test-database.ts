import { readFile } from "node:fs/promises";
import pg from "pg";
import type { TestProject } from "vitest/node";

/** Global set-up of the `db` tests: a PostgreSQL server and a migrated database to clone. */
export default async function setup(project: TestProject) {
  const server = process.env.TEST_DATABASE_SERVER;
  if (!server) throw new Error("TEST_DATABASE_SERVER is not set");
  const template = `template_${process.pid}`;
  const admin = new pg.Client({ connectionString: `${server}/postgres` });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${template}`);
  const client = new pg.Client({ connectionString: `${server}/${template}` });
  await client.connect();
  await client.query(await readFile("prisma/migrations/0001_init/migration.sql", "utf8"));
  await client.end();
  project.provide("databaseServer", server);
  project.provide("databaseTemplate", template);
  return async () => {
    await admin.query(`DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
    await admin.end();
  };
}
