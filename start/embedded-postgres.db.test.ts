import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterEach, expect, test } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres";

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

const password = "p'w d%";

async function newFolder(): Promise<string> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "bulkhouse-postgres-"));
  // As root, PostgreSQL's user must be able to enter it.
  await chmod(dataDir, 0o711);
  cleanUps.push(() => rm(dataDir, { recursive: true, force: true }));
  return dataDir;
}

async function start(dataDir: string, preferredPort = 0): Promise<EmbeddedPostgres> {
  const options = { dataDir, password, preferredPort, fsync: false };
  const postgres = await startEmbeddedPostgres(options);
  cleanUps.push(() => postgres.stop());
  return postgres;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // A server that is stopped under an open connection says so.
  client.on("error", () => {});
  return client.query(sql).then(
    async ({ rows }) => {
      await client.end();
      return rows;
    },
    async (error) => {
      await client.end();
      throw error;
    },
  );
}

const postmasterPid = async (folder: string) =>
  Number((await readFile(path.join(folder, "postmaster.pid"), "utf8")).split("\n")[0]);

test("a new data folder becomes a UTF-8 database that asks for its password", async () => {
  const dataDir = await newFolder();
  const postgres = await start(dataDir);
  expect(postgres.reused).toBe(false);
  expect(
    await query(
      postgres.url,
      `SELECT current_user AS "user", current_database() AS name,
              current_setting('listen_addresses') AS listens, pg_encoding_to_char(encoding) AS encoding,
              datlocprovider AS provider, datlocale AS locale, lower('ÄÖ') AS lower
       FROM pg_database WHERE datname = current_database()`,
    ),
  ).toEqual([
    {
      user: "fhir_user",
      name: "fhir_analytics",
      listens: "127.0.0.1",
      encoding: "UTF8",
      provider: "b",
      locale: "C.UTF-8",
      lower: "äö",
    },
  ]);
  const wrong = new URL(postgres.url);
  wrong.password = "guess";
  await expect(query(wrong.href, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
  expect((await stat(postgres.folder)).mode & 0o777).toBe(0o700);
  // No password file is left behind.
  expect((await readdir(path.dirname(postgres.folder))).sort()).toEqual(["logs", "postgres"]);
});

test("what was committed is there after a stop and a start", async () => {
  const dataDir = await newFolder();
  const first = await start(dataDir);
  await query(first.url, "CREATE TABLE kept AS SELECT 42 AS n");
  await first.stop();
  await expect(query(first.url, "SELECT 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
  const second = await start(dataDir);
  expect(await query(second.url, "SELECT n FROM kept")).toEqual([{ n: 42 }]);
});

test("a server that a killed run left behind is found and used", async () => {
  const dataDir = await newFolder();
  const first = await start(dataDir);
  const second = await start(dataDir);
  expect(second).toMatchObject({ reused: true, port: first.port, url: first.url });
  await second.stop();
  await expect(query(first.url, "SELECT 1")).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("the pid file of a server that was killed does not keep the next one from starting", async () => {
  const dataDir = await newFolder();
  const first = await start(dataDir);
  await query(first.url, "CREATE TABLE kept AS SELECT 42 AS n");
  process.kill(await postmasterPid(first.folder), "SIGKILL");
  await expect
    .poll(() => query(first.url, "SELECT 1").catch((error) => error.code), { timeout: 10_000 })
    .toBe("ECONNREFUSED");
  const second = await start(dataDir);
  expect(second.reused).toBe(false);
  expect(await query(second.url, "SELECT n FROM kept")).toEqual([{ n: 42 }]);
});

test("a pid file whose number now belongs to another program is stale too", async () => {
  const dataDir = await newFolder();
  const first = await start(dataDir);
  const file = path.join(first.folder, "postmaster.pid");
  const text = await readFile(file, "utf8");
  await first.stop();
  await writeFile(file, text.replace(/^\d+/, String(process.pid)));
  const second = await start(dataDir);
  expect(second.reused).toBe(false);
  expect(await query(second.url, "SELECT 1 AS n")).toEqual([{ n: 1 }]);
});

test.runIf(process.getuid?.() === 0)(
  "root's own closed folder is left closed: the data goes where PostgreSQL's user can be",
  async () => {
    const dataDir = await newFolder();
    await chmod(dataDir, 0o700);
    const postgres = await start(dataDir);
    cleanUps.unshift(() => rm(path.dirname(postgres.folder), { recursive: true }));
    expect(postgres.folder).toMatch(/^\/var\/lib\/bulkhouse\/[0-9a-f]{12}\/postgres$/);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    expect(await start(dataDir)).toMatchObject({ reused: true, folder: postgres.folder });
  },
);

test("a busy port is left to whoever has it", async () => {
  const other = createServer();
  const busy = await new Promise<number>((resolve) => {
    other.listen(0, "127.0.0.1", () => resolve((other.address() as { port: number }).port));
  });
  cleanUps.push(async () => other.close());
  const postgres = await start(await newFolder(), busy);
  expect(postgres.port).not.toBe(busy);
  expect(await query(postgres.url, "SELECT 1 AS n")).toEqual([{ n: 1 }]);
});

test("a lost password is told with what to do about it", async () => {
  const dataDir = await newFolder();
  await start(dataDir);
  await expect(startEmbeddedPostgres({ dataDir, password: "another" })).rejects.toThrow(
    /secrets\.json/,
  );
});

test("an interrupted first start leaves nothing that the next one stumbles over", async () => {
  const dataDir = await newFolder();
  const postgres = await start(dataDir);
  const base = path.dirname(postgres.folder);
  await postgres.stop();
  await rm(postgres.folder, { recursive: true });
  await writeFile(path.join(base, "postgres.password"), "left behind");
  await writeFile(path.join(base, "postgres.new"), "half made");
  const second = await start(dataDir);
  expect(await query(second.url, "SELECT 1 AS n")).toEqual([{ n: 1 }]);
  expect((await readdir(base)).sort()).toEqual(["logs", "postgres"]);
});
