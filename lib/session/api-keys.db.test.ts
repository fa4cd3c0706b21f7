import { beforeEach, expect, test } from "vitest";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import { actorOfHeader, createApiKey, listApiKeys, registerApiKey, revokeApiKey } from "./api-keys";

await freshDatabase();

beforeEach(async () => {
  await database().prisma.apiKey.deleteMany();
});

const admin = { role: "admin", label: "admin@example.org" } as const;
const make = (scope: "read" | "write" = "read", createdBy = "ada@example.org") =>
  createApiKey({ name: "nightly", scope, createdBy });
const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

test("only the hash of a key is stored, and it is never listed", async () => {
  const { key, prefix } = await make();
  expect(key).toMatch(/^bh_[\w-]{43}$/);
  const { rows } = await database().pool.query("SELECT * FROM api_keys");
  expect(JSON.stringify(rows)).not.toContain(key);
  expect(rows[0]).toMatchObject({ prefix, key_hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const [listed] = await listApiKeys(admin);
  expect(listed).toMatchObject({ name: "nightly", prefix });
  expect(Object.keys(listed ?? {})).not.toContain("key");
  expect(JSON.stringify(listed)).not.toContain(rows[0].key_hash);
});

test("a key comes as Bearer, or as the password of Basic", async () => {
  const { key, prefix } = await make("write");
  const actor = { kind: "key", label: `key:${prefix}`, role: "operator" };
  expect(await actorOfHeader(`Bearer ${key}`)).toEqual(actor);
  expect(await actorOfHeader(`bearer   ${key}`)).toEqual(actor);
  expect(await actorOfHeader(basic(`api:${key}`))).toEqual(actor);
  expect(await actorOfHeader(basic(`:${key}`))).toEqual(actor);
  expect(await actorOfHeader(basic(key))).toEqual(actor);
});

test("a key that reads makes a viewer", async () => {
  const { key } = await make("read");
  expect(await actorOfHeader(`Bearer ${key}`)).toMatchObject({ role: "viewer" });
});

test("no header or another scheme is nobody, a wrong key is refused", async () => {
  expect(await actorOfHeader(null)).toBeNull();
  expect(await actorOfHeader("")).toBeNull();
  expect(await actorOfHeader("Bearer")).toBeNull();
  expect(await actorOfHeader('Digest username="x"')).toBeNull();
  expect(await actorOfHeader(basic(""))).toBeNull();
  for (const header of ["Bearer bh_wrong", basic("api:bh_wrong"), basic("api:"), "Basic !!!"]) {
    await expect(actorOfHeader(header)).rejects.toMatchObject({
      code: "api-key-refused",
      status: 401,
    });
  }
});

test("a revoked key is refused at once and listed no more", async () => {
  const { key, api_key_id } = await make();
  await revokeApiKey(api_key_id, admin);
  await expect(actorOfHeader(`Bearer ${key}`)).rejects.toMatchObject({ code: "api-key-refused" });
  expect(await listApiKeys(admin)).toEqual([]);
  await expect(revokeApiKey(api_key_id, admin)).rejects.toMatchObject({ code: "not-found" });
});

test("people see and revoke their own keys, administrators all", async () => {
  const own = await make("read", "ada@example.org");
  const other = await make("read", "bob@example.org");
  const ada = { role: "operator", label: "ada@example.org" } as const;
  expect((await listApiKeys(ada)).map((key) => key.api_key_id)).toEqual([own.api_key_id]);
  expect(await listApiKeys(admin)).toHaveLength(2);
  await expect(revokeApiKey(other.api_key_id, ada)).rejects.toMatchObject({ code: "not-found" });
  await revokeApiKey(own.api_key_id, ada);
  expect(await listApiKeys(admin)).toHaveLength(1);
});

test("the use of a key is noted", async () => {
  const { key } = await make();
  await actorOfHeader(`Bearer ${key}`);
  expect((await listApiKeys(admin))[0]?.last_used_at).not.toBeNull();
});

test("a key that has ended is refused, and still listed so that somebody can see why", async () => {
  const ends = (ms: number) => new Date(Date.now() + ms).toISOString();
  const made = (ms: number) =>
    createApiKey({ name: "x", scope: "read", createdBy: null, expires_at: ends(ms) });
  const [past, future] = [await made(-1_000), await made(60_000)];
  await expect(actorOfHeader(`Bearer ${past.key}`)).rejects.toMatchObject({
    code: "api-key-refused",
  });
  expect(await actorOfHeader(`Bearer ${future.key}`)).toMatchObject({ kind: "key" });
  expect(await listApiKeys(admin)).toHaveLength(2);
});

test("from where a key was used last is noted", async () => {
  const { key } = await make();
  await actorOfHeader(`Bearer ${key}`, "192.0.2.7");
  expect(await listApiKeys(admin)).toMatchObject([{ last_used_ip: "192.0.2.7" }]);
});

test("the key of the settings is registered once, comes back after a revocation, and ends when replaced", async () => {
  await registerApiKey("first-key-of-the-settings", "ETL_API_KEY");
  await registerApiKey("first-key-of-the-settings", "ETL_API_KEY");
  const [registered] = await listApiKeys(admin);
  expect(await listApiKeys(admin)).toHaveLength(1);
  expect(registered).toMatchObject({ prefix: "first-", scope: "write", created_by: "system" });
  await revokeApiKey(registered?.api_key_id ?? "", admin);
  await registerApiKey("first-key-of-the-settings", "ETL_API_KEY");
  expect(await actorOfHeader("Bearer first-key-of-the-settings")).toMatchObject({
    role: "operator",
  });
  const kept = await make("read", "ada@example.org");
  await registerApiKey("second-key-of-the-settings", "ETL_API_KEY");
  await expect(actorOfHeader("Bearer first-key-of-the-settings")).rejects.toThrow();
  expect(await actorOfHeader("Bearer second-key-of-the-settings")).not.toBeNull();
  expect(await actorOfHeader(`Bearer ${kept.key}`)).not.toBeNull();
});
