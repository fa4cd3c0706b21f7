import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { registerApiKey } from "@/lib/session/api-keys";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import { GET } from "./[type]/[id]/attachments/[place]/route";

await freshDatabase();
process.env.BULK_DIR = await mkdtemp(path.join(tmpdir(), "bulkhouse-documents-"));
const bulkDir = process.env.BULK_DIR;
afterAll(() => rm(bulkDir, { recursive: true, force: true }));
const key = `key-${randomUUID()}`;
await registerApiKey(key, "test");

async function stored(text: string, contentType: string | null, createdAt: string) {
  const jobId = randomUUID();
  const { pool } = database();
  await pool.query(
    `INSERT INTO export_jobs (id, connection_name, fhir_base_url, level, request, created_by, stage,
       created_at)
     VALUES ($1, 'test', 'https://fhir.example', 'group', '{}', 'test', 'done', $2)`,
    [jobId, createdAt],
  );
  await mkdir(path.join(bulkDir, jobId));
  await writeFile(path.join(bulkDir, jobId, "a"), text);
  await pool.query(
    `INSERT INTO export_attachments (job_id, resource_type, resource_id, patient_id, place, url,
       content_type, state, path, size_bytes)
     VALUES ($1, 'DocumentReference', 'd"1', 'p', 0, 'https://fhir.example/Binary/1', $2,
       'downloaded', $3, $4)`,
    [jobId, contentType, `${jobId}/a`, Buffer.byteLength(text)],
  );
  return jobId;
}

const get = (query = "", authorization = `Bearer ${key}`, place = "0") =>
  GET(new Request(`http://localhost/api/data?${query}`, { headers: { authorization } }), {
    params: Promise.resolve({ type: "DocumentReference", id: 'd"1', place }),
  });

test("a document comes as a file to be saved, of the newest job or the one named, and that is kept", async () => {
  const old = await stored("<script>old</script>", "text/html", "2026-01-01");
  const newer = await stored("x".repeat(200_000), "a type\r\nx: y", "2026-02-01");
  const answer = await get(`job=${old}`);
  expect(await answer.text()).toBe("<script>old</script>");
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-type": "text/html",
    "content-length": "20",
    "content-disposition": 'attachment; filename="DocumentReference-d_1-0.html"',
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
  const newest = await get();
  expect(newest.headers.get("content-type")).toBe("application/octet-stream");
  expect((await newest.text()).length).toBe(200_000);
  const { rows } = await database().pool.query(
    "SELECT target, details FROM audit_events WHERE action = 'attachment.download' ORDER BY id",
  );
  expect(rows).toEqual([
    { target: 'DocumentReference/d"1', details: { job: old, place: 0 } },
    { target: 'DocumentReference/d"1', details: { job: newer, place: 0 } },
  ]);

  expect((await get("", "Bearer no-such-key")).status).toBe(401);
  expect((await get("", undefined, "1")).status).toBe(404);
  await writeFile(path.join(bulkDir, newer, "a"), "cut");
  expect(await (await get()).json()).toMatchObject({ code: "file-unreadable" });
  await rm(path.join(bulkDir, newer, "a"));
  const gone = await get();
  expect(await gone.json()).toMatchObject({
    code: "file-unreadable",
    params: { reason: "ENOENT" },
  });
});
