import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "./server";
import { type Mistakes, requestToken, signIn } from "./sign-in";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ scale: 0.01 });
});
afterAll(() => sandbox.close());

test.each(["RS384", "ES384"] as const)(
  "the %s client gets a token that opens groups",
  async (algorithm) => {
    const response = await requestToken(sandbox.config(algorithm));
    expect(response.status).toBe(200);
    const answer = (await response.json()) as Record<string, unknown>;
    expect(answer).toMatchObject({ token_type: "bearer", expires_in: 300, scope: "system/*.rs" });
    const groups = await fetch(`${sandbox.fhirBaseUrl}/Group`, {
      headers: { Authorization: `Bearer ${answer.access_token}` },
    });
    expect(groups.status).toBe(200);
  },
);

const wrong: [what: string, mistakes: Mistakes, status: number, code: string, says: RegExp][] = [
  ["iss of nobody", { iss: "nobody" }, 401, "invalid_client", /No client.*nobody/],
  ["sub that is not iss", { sub: "another" }, 400, "invalid_grant", /'sub'/],
  [
    "aud of another server",
    { aud: "https://other.example/token" },
    400,
    "invalid_grant",
    /'aud' value\. Must be/,
  ],
  ["exp in the past", { expiresIn: -10 }, 400, "invalid_grant", /expired/],
  ["exp an hour ahead", { expiresIn: 3600 }, 400, "invalid_grant", /five minutes/],
  ["no exp", { expiresIn: null }, 400, "invalid_grant", /'exp' claim is missing/],
  ["no jti", { jti: null }, 400, "invalid_grant", /'jti' claim is missing/],
  ["kid that is not registered", { kid: "unknown" }, 401, "invalid_client", /'kid' 'unknown'/],
  ["no kid", { kid: null }, 400, "invalid_grant", /'kid' header is missing/],
  ["another alg", { alg: "RS256" }, 400, "invalid_grant", /'alg' header/],
  ["another typ", { typ: "at+jwt" }, 400, "invalid_grant", /'typ' header/],
  [
    "wrong grant type",
    { form: { grant_type: "password" } },
    400,
    "unsupported_grant_type",
    /client_credentials/,
  ],
  [
    "wrong assertion type",
    { form: { client_assertion_type: "x" } },
    400,
    "invalid_request",
    /client_assertion_type/,
  ],
  [
    "text that is no JWT",
    { form: { client_assertion: "x.y" } },
    400,
    "invalid_request",
    /not a JWT/,
  ],
];

test.each(wrong)(
  "an assertion with %s is refused in its own words",
  async (_, mistakes, status, code, says) => {
    const response = await requestToken(sandbox.config(), "system/*.rs", mistakes);
    const answer = (await response.json()) as Record<string, string>;
    expect([response.status, answer.error]).toEqual([status, code]);
    expect(answer.error_description).toMatch(says);
  },
);

test("a signature of another key under a registered kid is refused", async () => {
  const config = sandbox.config();
  const { privateKey } = await generateKeyPair("RS384", { extractable: true });
  const key = { ...(await exportJWK(privateKey)), alg: "RS384", kid: config.jwks.keys[0]?.kid };
  const response = await requestToken(config, undefined, { key });
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({
    error_description: expect.stringMatching(/signature/),
  });
});

test("a jti works once", async () => {
  expect((await requestToken(sandbox.config(), undefined, { jti: "one" })).status).toBe(200);
  const again = await requestToken(sandbox.config(), undefined, { jti: "one" });
  expect(again.status).toBe(400);
  expect(await again.json()).toEqual({
    error: "invalid_grant",
    error_description: "Invalid 'jti' value",
  });
});

test.each([
  ["patient/*.read", /Only system-level scopes/],
  ["system/*.write", /allows reading/],
  ["system/Patient", /Invalid scope/],
])("the scope %s is refused", async (scope, says) => {
  const response = await requestToken(sandbox.config(), scope);
  expect(await response.json()).toMatchObject({
    error: "invalid_scope",
    error_description: expect.stringMatching(says),
  });
});

test("a narrow scope opens only its own types, in both versions of the syntax", async () => {
  for (const scope of ["system/Patient.rs", "system/Patient.read"]) {
    const headers = await signIn(sandbox.config(), scope);
    const status = async (type: string) =>
      (await fetch(`${sandbox.fhirBaseUrl}/${type}?_count=1`, { headers })).status;
    expect([await status("Patient"), await status("Condition")]).toEqual([200, 403]);
  }
});

test("without a token FHIR answers 401 with an OperationOutcome, discovery stays open", async () => {
  const closed = await fetch(`${sandbox.fhirBaseUrl}/Patient/$export`);
  expect(closed.status).toBe(401);
  expect(await closed.json()).toMatchObject({ resourceType: "OperationOutcome" });
  const smart = await fetch(`${sandbox.fhirBaseUrl}/.well-known/smart-configuration`);
  expect(await smart.json()).toMatchObject({
    token_endpoint: sandbox.tokenUrl,
    token_endpoint_auth_signing_alg_values_supported: ["RS384", "ES384"],
  });
  const metadata = await fetch(`${sandbox.fhirBaseUrl}/metadata`);
  expect(await metadata.json()).toMatchObject({ fhirVersion: "4.0.1" });
});

test("a token dies after its time, and when all are revoked", async () => {
  const brief = await startSandbox({ scale: 0.01, tokenSeconds: 0 });
  const expired = await signIn(brief.config());
  expect((await fetch(`${brief.fhirBaseUrl}/Group`, { headers: expired })).status).toBe(401);
  await brief.close();
  const headers = await signIn(sandbox.config());
  sandbox.revokeTokens();
  expect((await fetch(`${sandbox.fhirBaseUrl}/Group`, { headers })).status).toBe(401);
});

test("a client that registers its own JWKS can sign in", async () => {
  const { publicKey, privateKey } = await generateKeyPair("ES384", { extractable: true });
  const about = { alg: "ES384", kid: "mine" };
  const keys = [
    { ...(await exportJWK(publicKey)), ...about },
    { ...(await exportJWK(privateKey)), ...about },
  ];
  const registered = await fetch(`${sandbox.url}/auth/register`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ jwks: { keys: keys.slice(0, 1) } }),
  });
  expect(registered.status).toBe(201);
  const { client_id } = (await registered.json()) as { client_id: string };
  const response = await requestToken({ ...sandbox.config(), client_id, jwks: { keys } });
  expect(response.status).toBe(200);
});

test("a config downloaded from an earlier run still signs in", async () => {
  const stateDir = await mkdtemp(path.join(tmpdir(), "sandbox-"));
  const first = await startSandbox({ scale: 0.01, stateDir });
  const response = await fetch(`${first.url}/download.json?alg=ES384`);
  const config = (await response.json()) as ReturnType<Sandbox["config"]>;
  expect(Object.keys(config).sort()).toEqual(["client_id", "fhir_url", "jwks", "token_url"]);
  await first.close();
  const second = await startSandbox({ scale: 0.01, stateDir, port: first.port });
  expect((await requestToken(config)).status).toBe(200);
  const kept = await stat(path.join(stateDir, "sandbox-clients.json"));
  expect(kept.mode & 0o777).toBe(0o600);
  await second.close();
  await rm(stateDir, { recursive: true });
});
