import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { database } from "./client";
import {
  changeConnection,
  createConnection,
  credentialsOf,
  findOrCreateConnection,
  getConnection,
  lastExports,
  listConnections,
  type NewConnection,
  removeConnection,
  saveCapability,
  saveTest,
} from "./connections";
import { freshDatabase } from "./fresh-database";

process.env.DATA_DIR = mkdtempSync(path.join(tmpdir(), "connections-"));
await freshDatabase();

const secret = randomBytes(24).toString("base64url");
const connection = (more: Partial<NewConnection> = {}): NewConnection => ({
  name: "BMC",
  fhirBaseUrl: `https://${randomUUID()}.example.org/fhir`,
  auth: "smart",
  tokenUrl: "https://x.org/token",
  clientId: "client",
  scope: null,
  key: {
    privateJwk: JSON.stringify({ kty: "EC", d: secret }),
    algorithm: "ES384",
    keyId: "k1",
    thumbprint: randomUUID(),
    kind: "EC P-384",
  },
  createdBy: "me@example.org",
  ...more,
});
const addJob = (connectionId: string, more: object = {}) =>
  database().prisma.exportJob.create({
    data: {
      id: randomUUID(),
      connectionId,
      connectionName: "BMC",
      fhirBaseUrl: "https://x.org",
      level: "group",
      groupId: "a",
      request: {},
      createdBy: "me",
      stage: "done",
      ...more,
    },
  });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error) => error.code,
  );

test("a private key is sealed at rest, never shown, and comes back for the pipeline", async () => {
  const wanted = connection();
  const made = await createConnection(wanted);
  const all = JSON.stringify([
    made,
    await getConnection(made.connection_id),
    await listConnections(),
  ]);
  expect(all).not.toContain(secret);
  expect(made.key).toEqual({
    kind: "EC P-384",
    algorithm: "ES384",
    key_id: "k1",
    thumbprint: wanted.key?.thumbprint,
  });
  const { rows } = await database().pool.query("SELECT c::text AS row FROM connections c");
  expect(JSON.stringify(rows)).not.toContain(secret);
  expect(JSON.parse((await credentialsOf(made.connection_id)).privateJwk ?? "").d).toBe(secret);
});

test("what is given changes, the rest stays, and an old test does not speak for a new server", async () => {
  const { connection_id } = await createConnection(connection());
  await saveTest(connection_id, { at: new Date().toISOString(), ok: true, steps: [] });
  await saveCapability(connection_id, {
    fhir_version: "4.0.1",
    software: "x",
    instantiates: [],
    resource_types: ["Patient"],
  });
  const renamed = await changeConnection(connection_id, { name: "New" });
  expect(renamed).toMatchObject({ name: "New", client_id: "client", last_test: { ok: true } });
  expect(renamed.capability?.resource_types).toEqual(["Patient"]);
  const moved = await changeConnection(connection_id, { tokenUrl: null, scope: "system/*.rs" });
  expect(moved).toMatchObject({
    name: "New",
    token_url: null,
    scope: "system/*.rs",
    last_test: null,
  });
  expect(moved.key?.key_id).toBe("k1");
  const open = await changeConnection(connection_id, { auth: "none", key: null });
  expect(open.key).toBeNull();
  expect((await credentialsOf(connection_id)).privateJwk).toBeNull();
});

test("a connection goes only when its jobs have ended; the jobs stay", async () => {
  const { connection_id } = await createConnection(connection());
  const job = await addJob(connection_id, { stage: "poll" });
  expect(await codeOf(removeConnection(connection_id))).toBe("connection-in-use");
  await database().prisma.exportJob.update({ where: { id: job.id }, data: { stage: "failed" } });
  await removeConnection(connection_id);
  expect(await codeOf(getConnection(connection_id))).toBe("not-found");
  const kept = await database().prisma.exportJob.findUnique({ where: { id: job.id } });
  expect(kept?.connectionId).toBeNull();
});

test("what is not there is told as such", async () => {
  const nobody = randomUUID();
  expect(await codeOf(getConnection(nobody))).toBe("not-found");
  expect(await codeOf(credentialsOf(nobody))).toBe("not-found");
  expect(await codeOf(removeConnection(nobody))).toBe("not-found");
  expect(await codeOf(changeConnection(nobody, { name: "x" }))).toBe("not-found");
});

test("a script's credentials find their connection again, also from several calls at once", async () => {
  const wanted = connection();
  const found = await Promise.all(
    Array.from({ length: 5 }, () => findOrCreateConnection({ ...wanted, createdBy: "key:abc" })),
  );
  expect(new Set(found.map((one) => one.connectionId)).size).toBe(1);
  expect(found.filter((one) => one.created)).toHaveLength(1);
  const id = found[0]?.connectionId;
  const again = (more: Partial<NewConnection>) => findOrCreateConnection({ ...wanted, ...more });
  expect((await again({ tokenUrl: null })).connectionId).toBe(id);
  expect((await again({ name: "Other" })).connectionId).toBe(id);
  expect((await again({ tokenUrl: "https://y.org/token" })).connectionId).not.toBe(id);
  expect((await again({ clientId: "other" })).connectionId).not.toBe(id);
  expect((await again({ auth: "none", key: null, clientId: null })).connectionId).not.toBe(id);
  const rotated = wanted.key && { ...wanted.key, thumbprint: "new" };
  expect((await again({ key: rotated })).connectionId).not.toBe(id);
});

test("the list tells the last job of each connection, and of each group", async () => {
  const { connection_id } = await createConnection(connection());
  await addJob(connection_id, { createdAt: new Date("2026-01-01"), groupName: "Old" });
  const newest = await addJob(connection_id, {
    createdAt: new Date("2026-02-01"),
    groupName: "New",
  });
  const other = await addJob(connection_id, {
    createdAt: new Date("2026-01-15"),
    groupId: "b",
    stage: "failed",
  });
  const listed = (await listConnections()).find((one) => one.connection_id === connection_id);
  expect(listed).toMatchObject({
    jobs: 3,
    last_job: { job_id: newest.id, status: "completed", group_name: "New" },
  });
  const exports = await lastExports(connection_id);
  expect(exports.get("a")?.job_id).toBe(newest.id);
  expect(exports.get("b")).toMatchObject({ job_id: other.id, status: "failed" });
});

test("a key that was sealed with another ENCRYPTION_KEY is told as such", async () => {
  const { connection_id } = await createConnection(connection());
  await database().pool.query(
    "UPDATE connections SET private_key_encrypted = overlay(private_key_encrypted placing 'AAAA' from 30) WHERE id = $1",
    [connection_id],
  );
  expect(await codeOf(credentialsOf(connection_id))).toBe("secret-unreadable");
});
