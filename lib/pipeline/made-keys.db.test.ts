import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import { afterEach, expect, test, vi } from "vitest";
import { clientAssertion } from "@/lib/smart-auth/client-assertion";
import { database } from "@/lib/store/client";
import { publishedKeySet } from "@/lib/store/connection-keys";
import { credentialsOf, removeConnection } from "@/lib/store/connections";
import { freshDatabase } from "@/lib/store/fresh-database";
import { signInOf } from "./authorize";
import { changeConnection, createConnection, rotateConnectionKey } from "./connection-commands";

await freshDatabase();
process.env.ENCRYPTION_KEY = "a key for this test alone, of no use elsewhere";
afterEach(() => vi.useRealTimers());

const jwksUrl = "https://bulkhouse.example.org/.well-known/jwks.json";
const tokenUrl = "https://auth.example.org/token";
const make = (more: object = {}) =>
  createConnection(
    {
      auth: "smart",
      fhir_base_url: "https://bulk.example.org/fhir",
      token_url: tokenUrl,
      make_key: "ES384",
      jwks_url: jwksUrl,
      ...more,
    },
    { label: "me" },
  );

/** Signs as the connection does now; verified as a server would, by what is published. */
async function signed(connectionId: string) {
  const stored = await credentialsOf(connectionId);
  const signIn = await signInOf({ ...stored, clientId: "client" });
  if (!signIn) throw new Error("no sign-in");
  const { key, clientId, jwksUrl } = signIn;
  return clientAssertion({ clientId, tokenUrl, key, now: new Date(), jti: "1", jwksUrl });
}
const published = async () =>
  createLocalJWKSet((await publishedKeySet()) as unknown as JSONWebKeySet);
const verify = async (assertion: string) =>
  (await jwtVerify(assertion, await published(), { audience: tokenUrl })).protectedHeader;

/** Only the clock of this process: what was written is older afterwards. */
const later = (ms: number) =>
  database().pool.query(
    `UPDATE connection_keys SET published_at = published_at - $1 * interval '1 millisecond',
       retired_at = retired_at - $1 * interval '1 millisecond'`,
    [ms],
  );

test("a connection with keys made here signs with one that is published, before it has a client id", async () => {
  const made = await make();
  expect(made).toMatchObject({ client_id: null, jwks_url: jwksUrl, key: { algorithm: "ES384" } });
  expect(made.published_keys.map(({ state }) => state).sort()).toEqual(["current", "next"]);
  expect(await verify(await signed(made.connection_id))).toMatchObject({
    jku: jwksUrl,
    kid: made.key?.key_id,
  });
  const { keys } = await publishedKeySet();
  expect(keys).toHaveLength(2);
  for (const key of keys) expect(Object.keys(key as object)).not.toContain("d");
  const { rows } = await database().pool.query("SELECT k::text AS row FROM connection_keys k");
  for (const { row } of rows) expect(row).not.toMatch(/"d"/);
  await removeConnection(made.connection_id);
  expect(await publishedKeySet()).toEqual({ keys: [] });
});

test("a key signs only after it has been published for a while, and is published while it may be needed", async () => {
  const { connection_id: id, key, published_keys } = await make();
  const next = published_keys.find(({ state }) => state === "next");
  const before = await signed(id);
  await expect(rotateConnectionKey(id)).rejects.toMatchObject({
    code: "key-too-new",
    params: { minutes: 10 },
  });
  await later(600_000);
  const rotated = await rotateConnectionKey(id);
  expect(rotated.key).toMatchObject({ key_id: next?.key_id, kind: "EC P-384" });
  expect(rotated.published_keys.map(({ key_id, state }) => [key_id, state])).toEqual([
    [key?.key_id, "old"],
    [next?.key_id, "current"],
    [expect.any(String), "next"],
  ]);
  expect(await verify(await signed(id))).toMatchObject({ kid: next?.key_id });
  expect(await verify(before)).toMatchObject({ kid: key?.key_id });
  await expect(rotateConnectionKey(id)).rejects.toMatchObject({ code: "key-too-new" });
  await later(3_600_000);
  await expect(verify(before)).rejects.toThrow();
  await rotateConnectionKey(id);
  expect((await publishedKeySet()).keys).toHaveLength(3);
});

test("of two who rotate at the same time one is too early", async () => {
  const { connection_id: id } = await make();
  await later(600_000);
  const results = await Promise.allSettled([rotateConnectionKey(id), rotateConnectionKey(id)]);
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
});

test("a key that is given takes the place of made ones, and the other way round", async () => {
  const { connection_id: id } = await make({ client_id: "c", make_key: "RS384" });
  const jwk = (await credentialsOf((await make()).connection_id)).privateJwk as string;
  const given = await changeConnection(id, { private_key: jwk });
  expect(given).toMatchObject({ published_keys: [], key: { algorithm: "ES384" } });
  await expect(rotateConnectionKey(id)).rejects.toMatchObject({ code: "invalid-request" });
  const again = await changeConnection(id, { make_key: "ES384" });
  expect(again.published_keys).toHaveLength(2);
  await expect(changeConnection(id, { make_key: "ES384" })).rejects.toMatchObject({
    code: "invalid-request",
  });
  const open = await changeConnection(id, { auth: "none" });
  expect(open).toMatchObject({ published_keys: [], key: null, jwks_url: null });
});
