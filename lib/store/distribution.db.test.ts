import { randomUUID } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { dropJob } from "@/lib/load/drop-job";
import { partitionName } from "@/lib/load/partition-name";
import { prepareJob } from "@/lib/load/prepare-job";
import { database } from "./client";
import { dataTables } from "./data-tables";
import { distribution } from "./distribution";
import { distributionSteps } from "./distribution-steps";
import { fakeCitus } from "./fake-citus";
import { freshDatabase } from "./fresh-database";
import { applyMigrations } from "./migrate";
import { refusedByCitus } from "./refused-by-citus";

const url = await freshDatabase();
const pool = () => database().pool;
const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

/** Our migrations, and one more. */
async function migrationsAnd(name: string, sql: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "migrations-"));
  folders.push(folder);
  await cp("prisma/migrations", folder, { recursive: true });
  await mkdir(path.join(folder, name));
  await writeFile(path.join(folder, name, "migration.sql"), sql);
  return folder;
}

async function distributeAll(shards?: number): Promise<string[]> {
  const steps = distributionSteps(await distribution(pool()), shards ? { shards } : {});
  for (const { sql } of steps) await pool().query(sql);
  return steps.map(({ sql }) => sql);
}

const calls = async () =>
  (await pool().query<{ call: string }>("SELECT call FROM citus_calls ORDER BY no")).rows.map(
    ({ call }) => call,
  );

// ---- the rules of DESIGN section 8, asked of the database that the migrations really make -------------

test("the data tables are those that are partitioned by etl_job_id", async () => {
  const { installed, tables } = await distribution(pool());
  expect(installed).toBe(false);
  expect(tables.map(({ table }) => table).sort()).toEqual([...dataTables].sort());
  expect(tables[0]?.table).toBe("patients");
});

test("every key of a data table contains patient_id, which is never null", async () => {
  const { rows } = await pool().query(
    `SELECT i.indexrelid::regclass::text AS key FROM pg_index AS i
      WHERE i.indrelid = ANY($1::regclass[]) AND (i.indisunique OR i.indisexclusion)
        AND NOT EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = i.indrelid
                           AND a.attnum = ANY(i.indkey) AND a.attname = 'patient_id')
     UNION ALL
     SELECT attrelid::regclass || '.patient_id can be null' FROM pg_attribute
      WHERE attrelid = ANY($1::regclass[]) AND attname = 'patient_id' AND NOT attnotnull`,
    [dataTables],
  );
  expect(rows).toEqual([]);
  const { rows: keyless } = await pool().query(
    `SELECT t FROM unnest($1::regclass[]) AS t
      WHERE NOT EXISTS (SELECT FROM pg_index WHERE indrelid = t AND indisprimary)`,
    [dataTables],
  );
  expect(keyless).toEqual([]);
});

test("data tables have patient_id of one type and collation, or they could not lie side by side", async () => {
  const { rows } = await pool().query(
    `SELECT DISTINCT atttypid::regtype::text AS type, attcollation::regcollation::text AS collation
       FROM pg_attribute WHERE attrelid = ANY($1::regclass[]) AND attname = 'patient_id'`,
    [dataTables],
  );
  expect(rows).toEqual([{ type: "text", collation: '"default"' }]);
});

test("data tables have no foreign key, trigger, rule, policy, identity or sequence", async () => {
  // No table is a reference table (docs/cluster.md), so there is none that a foreign key could go to.
  const { rows } = await pool().query(
    `SELECT conname AS what FROM pg_constraint
      WHERE contype = 'f' AND (conrelid = ANY($1::regclass[]) OR confrelid = ANY($1::regclass[]))
     UNION ALL SELECT tgname FROM pg_trigger WHERE tgrelid = ANY($1::regclass[])
     UNION ALL SELECT rulename FROM pg_rewrite WHERE ev_class = ANY($1::regclass[])
     UNION ALL SELECT polname FROM pg_policy WHERE polrelid = ANY($1::regclass[])
     UNION ALL SELECT attname FROM pg_attribute
      WHERE attrelid = ANY($1::regclass[]) AND (attidentity <> '' OR attgenerated <> '')
     UNION ALL SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef
      WHERE adrelid = ANY($1::regclass[]) AND pg_get_expr(adbin, adrelid) LIKE '%nextval%'`,
    [dataTables],
  );
  expect(rows).toEqual([]);
});

test("what a migration does to data tables, a distributed database takes", async () => {
  // The first two come before any database could be distributed.
  const names = (await readdir("prisma/migrations")).filter((name) => /^\d{4}_/.test(name)).sort();
  const refused: string[] = [];
  for (const name of names.slice(2)) {
    const sql = await readFile(`prisma/migrations/${name}/migration.sql`, "utf8");
    for (const statement of sql.replace(/--.*$/gm, "").split(";")) {
      const reason = refusedByCitus(statement);
      if (reason) refused.push(`${name}: ${reason}`);
    }
  }
  expect(refused).toEqual([]);
});

// ---- what `npm run distribute` and every start send, against the stand-in ----------------------------

const old = randomUUID();

test("a plain PostgreSQL is left as it is by every start", async () => {
  await prepareJob(old);
  await pool().query(
    `INSERT INTO patients (etl_job_id, patient_id, id, file_no, line_no, resource)
     VALUES ($1, 'p', 'p', 1, 1, '{}')`,
    [old],
  );
  expect(await applyMigrations(url)).toEqual([]);
  expect((await distribution(pool())).tables.every(({ column }) => column === null)).toBe(true);
});

test("tables are distributed by patient, side by side, with the rows that they hold", async () => {
  await fakeCitus(pool());
  await distributeAll(16);
  expect(await calls()).toEqual([
    "distribute patients patient_id none 16",
    "truncate patients",
    ...["conditions", "encounters", "medication_requests", "observations", "resources"].map(
      (table) => `distribute ${table} patient_id patients`,
    ),
  ]);
  const { tables } = await distribution(pool());
  expect(tables.map(({ column }) => column)).toEqual(dataTables.map(() => "patient_id"));
  // What a job from before has goes with its table.
  const { rows } = await pool().query(
    "SELECT DISTINCT beside, shards FROM pg_dist_partition WHERE logicalrelid = ANY($1::regclass[])",
    [dataTables.map((table) => partitionName(table, old))],
  );
  expect(rows).toEqual([{ beside: "patients", shards: 16 }]);
});

test("again there is nothing to distribute, and a start does not do it either", async () => {
  await pool().query("DELETE FROM citus_calls");
  await pool().query(`TRUNCATE ${partitionName("patients", old)}`);
  expect(await distributeAll()).toEqual([]);
  await applyMigrations(url);
  expect(await calls()).toEqual([]);
});

test("who was interrupted goes on where it was", async () => {
  await pool().query("DELETE FROM citus_calls");
  await pool().query(
    "DELETE FROM pg_dist_partition WHERE logicalrelid::text ~ '^(observations|resources)'",
  );
  expect(await distributeAll()).toHaveLength(2);
  expect(await calls()).toEqual([
    "distribute observations patient_id patients",
    "distribute resources patient_id patients",
  ]);
});

test("a new job's partitions are distributed as they are attached, and go with the job", async () => {
  await pool().query("DELETE FROM citus_calls");
  const job = randomUUID();
  await Promise.all([prepareJob(job), prepareJob(job)]);
  const partitions = dataTables.map((table) => partitionName(table, job));
  expect(await calls()).toEqual(partitions.map((name) => `attach ${name}`));
  await dropJob(job);
  const { rows } = await pool().query(
    "SELECT logicalrelid::text FROM pg_dist_partition WHERE logicalrelid::text = ANY($1)",
    [partitions],
  );
  expect(rows).toEqual([]);
});

const newTable = (key: string) => `
  CREATE TABLE "devices" (
    "etl_job_id" UUID NOT NULL, "patient_id" TEXT NOT NULL, "id" TEXT NOT NULL,
    CONSTRAINT "devices_pkey" PRIMARY KEY (${key})
  ) PARTITION BY LIST ("etl_job_id");
  ALTER TABLE "observations" ADD COLUMN "device" TEXT;`;

test("a data table of a later migration is distributed by the start that applies it", async () => {
  await pool().query("DELETE FROM citus_calls");
  const folder = await migrationsAnd("9001_devices", newTable(`"etl_job_id", "patient_id", "id"`));
  expect(await applyMigrations(url, { folder })).toEqual(["9001_devices"]);
  expect(await calls()).toEqual(["distribute devices patient_id patients"]);
  expect(await applyMigrations(url, { folder })).toEqual([]);
  expect(await calls()).toHaveLength(1);
});

test("a later migration that breaks the rules fails here, and leaves nothing", async () => {
  const folder = await migrationsAnd(
    "9002_breaks",
    `ALTER TABLE "observations" ADD COLUMN "rule" TEXT;
     CREATE UNIQUE INDEX "one_id" ON "conditions" ("etl_job_id", "id");`,
  );
  await cp(path.join(folders[0] as string, "9001_devices"), path.join(folder, "9001_devices"), {
    recursive: true,
  });
  await expect(applyMigrations(url, { folder })).rejects.toMatchObject({
    code: "migration-failed",
    message: expect.stringContaining("cannot create constraint"),
  });
  const { rows } = await pool().query(
    "SELECT FROM pg_attribute WHERE attrelid = 'observations'::regclass AND attname = 'rule'",
  );
  expect(rows).toEqual([]);
});
