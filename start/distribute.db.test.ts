import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { database } from "@/lib/store/client";
import { fakeCitus } from "@/lib/store/fake-citus";
import { freshDatabase } from "@/lib/store/fresh-database";
import distribute from "./distribute";

const url = await freshDatabase();
let said: string[] = [];
beforeEach(() => {
  said = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void said.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  process.env.DATABASE_URL = url;
});

test("without DATABASE_URL, without Citus or with a strange option it says what is missing", async () => {
  await expect(distribute([])).rejects.toThrow(/This PostgreSQL has no Citus.*Nothing was changed/);
  await expect(distribute(["--dry-run"])).rejects.toThrow(/This PostgreSQL has no Citus/);
  await expect(distribute(["--shards", "none"])).rejects.toThrow(/^Usage/);
  delete process.env.DATABASE_URL;
  await expect(distribute([])).rejects.toThrow(/needs DATABASE_URL/);
  process.env.DATABASE_URL = "postgres://nobody@127.0.0.1:1/none";
  await expect(distribute([])).rejects.toThrow(/DATABASE_URL cannot be used/);
});

test("--dry-run prints the statements and changes nothing", async () => {
  await fakeCitus(database().pool);
  await distribute(["--dry-run", "--shards", "8"]);
  expect(said).toEqual([
    "SELECT create_distributed_table('patients', 'patient_id', colocate_with => 'none', shard_count => 8);",
    ...["conditions", "encounters", "medication_requests", "observations", "resources"].map(
      (table) =>
        `SELECT create_distributed_table('${table}', 'patient_id', colocate_with => 'patients');`,
    ),
  ]);
  expect((await database().pool.query("SELECT FROM citus_calls")).rowCount).toBe(0);
});

test("it distributes, says what it did, and a second time that nothing was left to do", async () => {
  await distribute(["--shards", "8"]);
  expect(said.join("\n")).toMatch(/^observations +patient_id +0 +distributed$/m);
  expect(said.join("\n")).toMatch(/2 nodes beside the coordinator/);
  const distributed = (await database().pool.query("SELECT FROM citus_calls")).rowCount;
  expect(distributed).toBe(6);
  said = [];
  await distribute([]);
  expect(said.join("\n")).toMatch(/^observations +patient_id +0 +nothing: it was so before$/m);
  expect((await database().pool.query("SELECT FROM citus_calls")).rowCount).toBe(distributed);
  said = [];
  await distribute(["--dry-run"]);
  expect(said.join("\n")).toMatch(/Nothing to do/);
});

test("a table that somebody distributed otherwise is not touched", async () => {
  await database().pool.query(
    "UPDATE pg_dist_partition SET partkey = 'id' WHERE logicalrelid = 'observations'::regclass",
  );
  await expect(distribute([])).rejects.toThrow(
    /observations is distributed by id, not by patient_id/,
  );
});
