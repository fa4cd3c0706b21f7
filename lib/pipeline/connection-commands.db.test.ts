import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { ChangeConnectionBody, TestStep } from "@/lib/contract/connection";
import { type AppError, errorCodes } from "@/lib/errors";
import { getConnection } from "@/lib/store/connections";
import { freshDatabase } from "@/lib/store/fresh-database";
import { messages } from "@/messages/messages";
import { type Sandbox, startSandbox } from "@/sandbox/server";
import { authorize } from "./authorize";
import {
  changeConnection,
  createConnection,
  listServerGroups,
  readServerCapability,
} from "./connection-commands";
import { registrationOf } from "./registration-of";
import { testConnection } from "./test-connection";

process.env.DATA_DIR = mkdtempSync(path.join(tmpdir(), "connection-commands-"));
await freshDatabase();

let sandbox: Sandbox;
let open: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ scale: 0.05 });
  open = await startSandbox({ scale: 0.05, auth: false });
});
afterEach(() => {
  sandbox.faults = {};
});
afterAll(async () => {
  await sandbox.close();
  await open.close();
});

const by = { label: "me@example.org" };
const config = (more: object = {}) => JSON.stringify({ ...sandbox.config("RS384"), ...more });
const make = async (more: object = {}) =>
  (await createConnection({ auth: "smart", config: config(more) }, by)).connection_id;
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable("no failure"),
    (error) => error as AppError,
  );
async function tested(connectionId: string) {
  const steps: TestStep[] = [];
  const { ok } = await testConnection(connectionId, (step) => void steps.push(step));
  return { ok, steps, results: steps.map(({ step, result }) => `${step} ${result}`) };
}

test("the downloaded file alone makes a connection whose test passes step by step", async () => {
  const id = await make();
  const { ok, steps, results } = await tested(id);
  expect(results).toEqual([
    "reach ok",
    "discovery ok",
    "assertion ok",
    "token ok",
    "capability ok",
    "groups ok",
  ]);
  expect(ok).toBe(true);
  expect(steps.find(({ step }) => step === "groups")?.facts).toMatchObject({ groups: 8 });
  expect(steps.find(({ step }) => step === "assertion")?.facts).toMatchObject({
    algorithm: "RS384",
    key: "RSA 2048",
  });
  const kept = await getConnection(id);
  expect(kept.last_test).toMatchObject({ ok: true, steps });
  expect(kept.capability?.resource_types).toContain("Patient");
  expect(JSON.stringify(kept)).not.toContain(sandbox.config("RS384").jwks.keys[1]?.d as string);
});

test("a field wins over the file, and a missing token URL is asked of the server", async () => {
  const made = await createConnection(
    {
      auth: "smart",
      name: "Mine",
      config: config({ token_url: undefined }),
      scope: "system/Patient.rs",
    },
    by,
  );
  expect(made).toMatchObject({
    name: "Mine",
    token_url: sandbox.tokenUrl,
    scope: "system/Patient.rs",
    created_by: "me@example.org",
  });
});

test("fields alone are enough, also with an address that ends in a group", async () => {
  const { client_id, jwks, fhir_url } = sandbox.config("ES384");
  const made = await createConnection(
    {
      auth: "smart",
      fhir_base_url: `${fhir_url}/Group/BMCHealthNet`,
      client_id,
      private_key: JSON.stringify(jwks),
    },
    by,
  );
  expect(made.fhir_base_url).toBe(sandbox.fhirBaseUrl);
  expect(made.key?.algorithm).toBe("ES384");
  expect((await tested(made.connection_id)).ok).toBe(true);
});

test("a server that is away is no reason to refuse a connection without token URL", async () => {
  const made = await createConnection(
    {
      auth: "smart",
      config: config({ fhir_url: "http://127.0.0.1:2/fhir", token_url: undefined }),
    },
    by,
  );
  expect(made.token_url).toBeNull();
});

test.each<[string, object, string]>([
  ["no FHIR address", { fhir_url: undefined }, "config-missing-field"],
  ["no client id", { client_id: undefined }, "config-missing-field"],
  ["no key", { jwks: undefined }, "key-missing"],
  [
    "a public key",
    { jwks: { keys: [{ kty: "EC", crv: "P-384", x: "a", y: "b" }] } },
    "key-public-only",
  ],
  ["an address of another kind", { fhir_url: "ftp://x.org" }, "url-invalid"],
])("a config with %s is refused by name", async (_what, more, code) => {
  expect((await failure(make(more))).code).toBe(code);
});

test("an open server needs no sign-in", async () => {
  const made = await createConnection({ auth: "none", fhir_base_url: open.fhirBaseUrl }, by);
  expect((await tested(made.connection_id)).results).toEqual([
    "reach ok",
    "discovery skipped",
    "assertion skipped",
    "token skipped",
    "capability ok",
    "groups ok",
  ]);
  expect(await authorize(made.connection_id)).toBeNull();
  expect((await listServerGroups(made.connection_id)).groups).toHaveLength(8);
});

test("groups and capability are asked with a token that is shared and renewed when refused", async () => {
  const id = await make();
  const token = await authorize(id);
  expect(await authorize(id)).toBe(token);
  sandbox.revokeTokens();
  const { groups } = await listServerGroups(id);
  expect(groups[0]).toEqual({
    id: expect.any(String),
    name: expect.any(String),
    patients: expect.any(Number),
    last_export: null,
    changes: null,
  });
  expect(await authorize(id)).not.toBe(token);
  const capability = await readServerCapability(id);
  expect((await getConnection(id)).capability).toEqual(capability);
});

test.each<[string, () => Promise<string>, Sandbox["faults"], string, string]>([
  [
    "a host that is away",
    () => make({ fhir_url: "http://127.0.0.1:2/fhir" }),
    {},
    "reach",
    "host-unreachable",
  ],
  [
    "an unknown client",
    () => make({ client_id: "nobody" }),
    {},
    "token",
    "smart-auth-unknown-client",
  ],
  [
    "an expired registration",
    make,
    { token: "registrationExpired" },
    "token",
    "smart-auth-registration-expired",
  ],
  ["a wrong audience", make, { token: "wrongAudience" }, "token", "smart-auth-wrong-audience"],
  ["a refused scope", make, { token: "scopeRefused" }, "token", "smart-auth-scope-refused"],
  ["a page where the token belongs", make, { html: ["token"] }, "token", "smart-auth-not-token"],
  ["a page where groups belong", make, { html: ["groups"] }, "groups", "not-fhir"],
])(
  "%s is told in its step, and the rest is skipped",
  async (_what, prepare, faults, step, code) => {
    const id = await prepare();
    sandbox.faults = faults;
    const { ok, steps } = await tested(id);
    expect(ok).toBe(false);
    expect(steps).toHaveLength(6);
    const at = steps.findIndex(({ result }) => result === "failed");
    expect([steps[at]?.step, steps[at]?.failure?.code]).toEqual([step, code]);
    expect(steps.slice(at + 1).every(({ result }) => result === "skipped")).toBe(true);
    expect((await getConnection(id)).last_test?.ok).toBe(false);
  },
);

test("a clock that is off is told from the server's own, before a sign-in fails of it", async () => {
  const late = createServer((_request, response) => {
    response.setHeader("Date", new Date(Date.now() - 600_000).toUTCString());
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => late.listen(0, "127.0.0.1", resolve));
  const { port } = late.address() as AddressInfo;
  try {
    const id = await make({ fhir_url: `http://127.0.0.1:${port}/fhir` });
    const [reach] = (await tested(id)).steps;
    expect(reach).toMatchObject({
      step: "reach",
      result: "warning",
      failure: { code: "clock-differs", params: { way: "ahead" } },
    });
    expect(Math.abs(Number(reach?.failure?.params?.seconds) - 600)).toBeLessThan(10);
  } finally {
    late.close();
  }
});

test("what the server's people register holds the public key and no private member", async () => {
  const registration = await registrationOf(await make());
  const { keys } = sandbox.config("RS384").jwks;
  expect(registration).toMatchObject({ algorithm: "RS384", scope: "system/*.rs" });
  expect(registration.jwks.keys).toEqual([
    expect.objectContaining({ kty: "RSA", n: keys[0]?.n, kid: keys[0]?.kid }),
  ]);
  expect(Object.keys(registration.jwks.keys[0] ?? {})).not.toContain("d");
  const { connection_id } = await createConnection(
    { auth: "none", fhir_base_url: open.fhirBaseUrl },
    by,
  );
  expect((await failure(registrationOf(connection_id))).code).toBe("key-missing");
});

test("every failure that a step can end with has its advice", async () => {
  const { sides } = await import("@/components/connections/advice");
  const told = messages("en").connections.test.advice.next;
  expect(Object.keys(sides).sort()).toEqual(Object.keys(told).sort());
  const signIn = errorCodes.filter((code) => code.startsWith("smart-auth-"));
  expect(signIn.filter((code) => !(code in sides))).toEqual([]);
});

test("another key than the registered one is told as such", async () => {
  const pair = await generateKeyPair("RS384", { extractable: true });
  const jwk = {
    ...(await exportJWK(pair.privateKey)),
    kid: sandbox.config("RS384").jwks.keys[1]?.kid,
  };
  const { steps } = await tested(await make({ jwks: { keys: [jwk] } }));
  expect(steps.find(({ result }) => result === "failed")).toMatchObject({
    step: "token",
    failure: { code: "smart-auth-unknown-key" },
  });
});

test("the token of a connection that leads elsewhere now does not go to the server of its old jobs", async () => {
  const id = await make();
  const { fhirBaseUrl } = sandbox;
  expect(await authorize(id, { fhirBaseUrl })).toEqual(expect.any(String));
  await changeConnection(id, { fhir_base_url: open.fhirBaseUrl });
  expect(await failure(authorize(id, { fhirBaseUrl }))).toMatchObject({
    code: "connection-changed",
    retryable: false,
    params: { host: new URL(open.fhirBaseUrl).host, other: new URL(fhirBaseUrl).host },
  });
  await changeConnection(id, { fhir_base_url: fhirBaseUrl });
  expect(await authorize(id, { fhirBaseUrl })).toEqual(expect.any(String));
});

test("what an export can do without is a warning", async () => {
  const id = await make();
  sandbox.faults = { html: ["discovery", "metadata"] };
  const { ok, steps, results } = await tested(id);
  expect(results).toEqual([
    "reach ok",
    "discovery warning",
    "assertion ok",
    "token ok",
    "capability warning",
    "groups ok",
  ]);
  expect(ok).toBe(true);
  expect(steps[1]?.failure?.code).toBe("discovery-failed");
});

test("what is absent stays, what is empty is cleared, a new key replaces the old one", async () => {
  const id = await make({ scope: "system/*.read" });
  const change = (body: ChangeConnectionBody) => changeConnection(id, body);
  expect(await change({ name: "New" })).toMatchObject({
    name: "New",
    auth: "smart",
    scope: "system/*.read",
    token_url: sandbox.tokenUrl,
  });
  expect(await change({ scope: "", token_url: " " })).toMatchObject({
    scope: null,
    token_url: null,
  });
  const { client_id, jwks } = sandbox.config("ES384");
  const rotated = await change({ client_id, private_key: JSON.stringify(jwks.keys[1]) });
  expect(rotated.key?.algorithm).toBe("ES384");
  expect((await tested(id)).ok).toBe(true);
  expect(await change({ auth: "none" })).toMatchObject({
    auth: "none",
    key: null,
    client_id: null,
  });
  expect((await failure(change({ auth: "smart" }))).code).toBe("config-missing-field");
  expect((await failure(change({ fhir_base_url: "x" }))).code).toBe("url-invalid");
});

test("a token that was given by hand does not follow the connection to another server", async () => {
  const { connection_id: id } = await createConnection(
    { auth: "bearer", fhir_base_url: open.fhirBaseUrl, bearer_token: "by-hand" },
    by,
  );
  await changeConnection(id, { allowed_hosts: ["files.example.org"] });
  const moved = { fhir_base_url: sandbox.fhirBaseUrl };
  expect(await failure(changeConnection(id, moved))).toMatchObject({
    code: "config-missing-field",
    params: { field: "bearer_token" },
  });
  const change = { ...moved, bearer_token: "of-the-other" };
  expect(await changeConnection(id, change)).toMatchObject({
    fhir_base_url: sandbox.fhirBaseUrl,
    has_bearer_token: true,
    allowed_hosts: [],
  });
});

test("a connection that is not there is told as such", async () => {
  const nobody = randomUUID();
  for (const call of [
    () => authorize(nobody),
    () => listServerGroups(nobody),
    () => readServerCapability(nobody),
    () => changeConnection(nobody, { name: "x" }),
    () => testConnection(nobody, () => {}),
  ]) {
    expect((await failure(call())).code).toBe("not-found");
  }
});
