import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { About } from "@/lib/contract/settings";
import { about } from "./about";
import { audit, auditTrail } from "./audit";
import { database } from "./client";
import { freshDatabase } from "./fresh-database";

const folder = mkdtempSync(path.join(tmpdir(), "bulkhouse-about-"));
afterAll(() => rmSync(folder, { recursive: true }));

await freshDatabase();
vi.stubEnv("DATA_DIR", folder);
vi.stubEnv("ENCRYPTION_KEY", "very-secret-encryption-key");
vi.stubEnv("ETL_API_KEY", "very-secret-api-key");
vi.stubEnv("ADMIN_PASSWORD", "very-secret-password");

test("about tells what runs here and no secret", async () => {
  await database().prisma.worker.create({ data: { id: "w1", host: "machine", pid: 1 } });
  const facts = About.parse(await about());
  expect(facts.version).toMatch(/^\d+\.\d+\.\d+/);
  expect(facts.database.version).toMatch(/^\d+/);
  expect(facts.database.size_bytes).toBeGreaterThan(1_000_000);
  // The folder of the files is not there yet: its disk is.
  expect(facts.storage.bulk_dir).toBe(path.join(folder, "bulk"));
  expect(facts.storage.free_bytes).toBeGreaterThan(0);
  expect(facts.workers.map(({ id }) => id)).toEqual(["w1"]);
  expect(facts.settings).toMatchObject({ ENCRYPTION_KEY: true, NEXTAUTH_SECRET: false });
  const text = JSON.stringify(facts);
  expect(text).not.toContain("very-secret");
  // The database's address without who signs in to it.
  expect(facts.settings.DATABASE_URL).toMatch(/^[^@]+\/test_/);
});

test("the audit trail is paged and searched, newest first", async () => {
  for (let n = 1; n <= 7; n++) {
    await audit({ actor: `p${n}@example.org`, action: n % 2 ? "job.start" : "job.cancel" });
  }
  const page = await auditTrail({ page: 2, page_size: 3 });
  expect(page).toMatchObject({ total: 7, page: 2, page_size: 3 });
  expect(page.events.map(({ actor }) => actor[1])).toEqual(["4", "3", "2"]);
  expect((await auditTrail({ page: 1, page_size: 9, action: "job.cancel" })).total).toBe(3);
  expect((await auditTrail({ page: 1, page_size: 9, q: "P5@" })).total).toBe(1);
  expect(
    (await auditTrail({ page: 1, page_size: 9, q: "p5", action: "job.cancel" })).events,
  ).toEqual([]);
});
