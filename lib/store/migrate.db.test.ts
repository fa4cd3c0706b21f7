import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from "@prisma/driver-adapter-utils";
import pg from "pg";
import { afterEach, expect, inject, test } from "vitest";
import { applyMigrations, pendingMigrations } from "./migrate";

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function emptyDatabase(): Promise<{ url: string; pool: pg.Pool }> {
  const server = inject("databaseServer");
  const name = `migrate_${randomBytes(6).toString("hex")}`;
  const admin = async (sql: string) => {
    const client = new pg.Client({ connectionString: `${server}/postgres` });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await admin(`CREATE DATABASE ${name}`);
  cleanUps.push(() => admin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  const pool = new pg.Pool({ connectionString: `${server}/${name}` });
  cleanUps.push(() => pool.end());
  return { url: `${server}/${name}`, pool };
}

async function folderOf(migrations: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "migrations-"));
  cleanUps.push(() => rm(folder, { recursive: true }));
  for (const [name, sql] of Object.entries(migrations)) {
    await mkdir(path.join(folder, name));
    await writeFile(path.join(folder, name, "migration.sql"), sql);
  }
  return folder;
}

const records = async (pool: pg.Pool) =>
  (await pool.query(`SELECT * FROM "_prisma_migrations" ORDER BY started_at`)).rows;

test("an empty database gets every migration, each recorded as Prisma records it", async () => {
  const { url, pool } = await emptyDatabase();
  const names = (await readdir("prisma/migrations")).filter((name) => !name.includes(".")).sort();
  expect(await pendingMigrations(pool)).toEqual(names);
  expect(await applyMigrations(url)).toEqual(names);
  expect(await pendingMigrations(pool)).toEqual([]);
  expect(await applyMigrations(pool)).toEqual([]);
  for (const row of await records(pool)) {
    const sql = await readFile(`prisma/migrations/${row.migration_name}/migration.sql`);
    expect(row).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      checksum: createHash("sha256").update(sql).digest("hex"),
      started_at: expect.any(Date),
      finished_at: expect.any(Date),
      rolled_back_at: null,
      logs: null,
      applied_steps_count: 1,
    });
  }
  expect(await records(pool)).toHaveLength(names.length);
});

test("several processes that start together apply each migration once", async () => {
  const { url, pool } = await emptyDatabase();
  const folder = await folderOf({
    "0001_slow": "SELECT pg_sleep(0.2); CREATE TABLE a (n int)",
    "0002_next": "INSERT INTO a VALUES (1)",
  });
  const applied = await Promise.all([1, 2, 3, 4].map(() => applyMigrations(url, { folder })));
  expect(applied.flat().sort()).toEqual(["0001_slow", "0002_next"]);
  expect((await pool.query("SELECT count(*)::int AS rows FROM a")).rows).toEqual([{ rows: 1 }]);
  expect(await records(pool)).toHaveLength(2);
});

test("a failing migration is rolled back whole, recorded with its reason, and tried again", async () => {
  const { url, pool } = await emptyDatabase();
  const folder = await folderOf({
    "0001_good": "CREATE TABLE a (n int)",
    "0002_bad": "CREATE TABLE b (n int); INSERT INTO nowhere VALUES (1)",
    "0003_never": "CREATE TABLE c (n int)",
  });
  await expect(applyMigrations(url, { folder })).rejects.toMatchObject({
    code: "migration-failed",
    message: expect.stringContaining('relation "nowhere" does not exist'),
  });
  const tables = `SELECT table_name AS name FROM information_schema.tables
                  WHERE table_schema = 'public' AND table_name IN ('a', 'b', 'c') ORDER BY 1`;
  expect((await pool.query(tables)).rows).toEqual([{ name: "a" }]);
  expect((await records(pool))[1]).toMatchObject({
    migration_name: "0002_bad",
    finished_at: null,
    rolled_back_at: expect.any(Date),
    logs: expect.stringContaining("nowhere"),
    applied_steps_count: 0,
  });
  await writeFile(path.join(folder, "0002_bad/migration.sql"), "CREATE TABLE b (n int)");
  expect(await applyMigrations(url, { folder })).toEqual(["0002_bad", "0003_never"]);
});

test("a migration that was changed after it was applied stops everything", async () => {
  const { url, pool } = await emptyDatabase();
  const folder = await folderOf({ "0001_a": "CREATE TABLE a (n int);\n" });
  await applyMigrations(url, { folder });
  await writeFile(path.join(folder, "0001_a/migration.sql"), "CREATE TABLE a (n int);\r\n");
  expect(await applyMigrations(url, { folder })).toEqual([]);
  await writeFile(path.join(folder, "0001_a/migration.sql"), "CREATE TABLE a (n bigint);\n");
  await expect(applyMigrations(url, { folder })).rejects.toMatchObject({
    code: "migration-changed",
    message: expect.stringContaining("0001_a"),
  });
  await expect(pendingMigrations(pool, { folder })).rejects.toMatchObject({
    code: "migration-changed",
  });
});

test("a database from a newer version is left alone", async () => {
  const { url } = await emptyDatabase();
  const newer = await folderOf({ "0001_a": "SELECT 1", "0002_b": "SELECT 1" });
  await applyMigrations(url, { folder: newer });
  const older = await folderOf({ "0001_a": "SELECT 1" });
  await expect(applyMigrations(url, { folder: older })).rejects.toMatchObject({
    code: "migration-unknown",
    params: { name: "0002_b" },
  });
});

test("a migration that another tool left half applied is named", async () => {
  const { url, pool } = await emptyDatabase();
  const folder = await folderOf({ "0001_a": "SELECT 1", "0002_b": "SELECT 1" });
  await applyMigrations(url, { folder: await folderOf({ "0001_a": "SELECT 1" }) });
  await pool.query(
    `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, logs)
     VALUES (gen_random_uuid(), 'x', '0002_b', 'the disk was full')`,
  );
  await expect(applyMigrations(url, { folder })).rejects.toMatchObject({
    code: "migration-unfinished",
    message: expect.stringContaining("the disk was full"),
  });
});

/** PrismaPg that also tells the type of PostgreSQL's one-byte "char", which the catalogue is full of. */
function catalogueAdapter(pool: pg.Pool): PrismaPg {
  const oneByteColumns = new WeakMap<object, number[]>();
  const ask = pool.query.bind(pool) as (...args: unknown[]) => Promise<pg.QueryResult>;
  pool.query = (async (...args: unknown[]) => {
    const result = await ask(...args);
    const oneByte = result.fields.flatMap((field, i) => (field.dataTypeID === 18 ? [i] : []));
    for (const i of oneByte) Object.assign(result.fields[i] ?? {}, { dataTypeID: 25 });
    oneByteColumns.set(result.rows, oneByte);
    return result;
  }) as typeof pool.query;
  const factory = new PrismaPg(pool);
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const answer = await queryRaw(query);
      for (const i of oneByteColumns.get(answer.rows) ?? []) {
        answer.columnTypes[i] = ColumnTypeEnum.Character;
      }
      return answer;
    };
    return adapter;
  };
  return factory;
}

/** Prisma's own comparison, from the npm package that carries it as WebAssembly. */
async function loadSchemaEngine() {
  const folder = path.resolve("node_modules/@prisma/schema-engine-wasm");
  const glue = await import(path.join(folder, "schema_engine_bg.js"));
  const wasm = await readFile(path.join(folder, "schema_engine_bg.wasm"));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), {
    "./schema_engine_bg.js": glue,
  });
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      set_message(message: string) {
        throw new Error(message);
      },
    },
  });
  glue.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start === "function") start();
  return glue.SchemaEngine;
}

test("schema.prisma and the migrated database agree", async () => {
  const { url, pool } = await emptyDatabase();
  await applyMigrations(url);
  const schema = {
    path: "schema.prisma",
    content: await readFile("prisma/schema.prisma", "utf8"),
  };
  const SchemaEngine = await loadSchemaEngine();
  const differences = async (content: string) => {
    const catalogue = new pg.Pool({ connectionString: url });
    cleanUps.push(() => catalogue.end());
    const engine = await SchemaEngine.new(
      { datamodels: [[schema.path, schema.content]] },
      () => {},
      bindMigrationAwareSqlAdapterFactory(catalogueAdapter(catalogue)),
    );
    const found = await engine.introspect({
      schema: {
        files: [{ path: schema.path, content: 'datasource db {\n  provider = "postgresql"\n}\n' }],
      },
      baseDirectoryPath: ".",
      force: true,
      compositeTypeDepth: -1,
      namespaces: null,
    });
    const answer = await engine.diff({
      from: { tag: "schemaDatamodel", files: found.schema.files },
      to: { tag: "schemaDatamodel", files: [{ path: schema.path, content }] },
      script: true,
      exitCode: null,
      shadowDatabaseUrl: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    return answer.stdout;
  };
  expect(await differences(schema.content)).toMatch(/^\s*-- This is an empty migration\.\s*$/);
  // The comparison sees a difference where there is one.
  await pool.query("ALTER TABLE workers DROP COLUMN host");
  expect(await differences(schema.content)).toMatch(/ADD COLUMN\s+"host"/);
});
