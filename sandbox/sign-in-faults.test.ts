import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Sandbox, startSandbox } from "./server";
import { requestToken } from "./sign-in";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ scale: 0.01 });
});
afterEach(() => {
  vi.restoreAllMocks();
  sandbox.faults = {};
});
afterAll(() => sandbox.close());

const smart = async () =>
  (await (await fetch(`${sandbox.fhirBaseUrl}/.well-known/smart-configuration`)).json()) as {
    scopes_supported?: string[];
    capabilities?: string[];
    token_endpoint_auth_signing_alg_values_supported?: string[];
  };
const opened = async (headers: Record<string, string>, type = "Group") =>
  (await fetch(`${sandbox.fhirBaseUrl}/${type}?_count=1`, { headers })).status;

test.each([
  ["v1", "system/*.read", "system/*.rs", "permission-v1"],
  ["v2", "system/*.rs", "system/*.read", "permission-v2"],
] as const)(
  "scopeVersion %s lists and takes its own scopes alone",
  async (scopeVersion, good, bad, capability) => {
    sandbox.faults = { scopeVersion };
    const { scopes_supported = [], capabilities = [] } = await smart();
    expect(scopes_supported).toContain(good);
    expect(scopes_supported).not.toContain(bad);
    expect(capabilities.filter((name) => name.startsWith("permission"))).toEqual([capability]);
    expect((await requestToken(sandbox.config(), good)).status).toBe(200);
    const refused = await requestToken(sandbox.config(), bad);
    expect(await refused.json()).toMatchObject({ error: "invalid_scope" });
  },
);

test.each([
  ["RS384", "ES384"],
  ["ES384", "RS384"],
] as const)("algorithms: %s alone", async (good, bad) => {
  sandbox.faults = { algorithms: [good] };
  expect((await smart()).token_endpoint_auth_signing_alg_values_supported).toEqual([good]);
  expect((await requestToken(sandbox.config(good))).status).toBe(200);
  const refused = await requestToken(sandbox.config(bad));
  expect(await refused.json()).toMatchObject({
    error_description: `Invalid 'alg' header. Must be '${good}'.`,
  });
});

test("grantedTypes: the token opens less than was asked, and says so", async () => {
  sandbox.faults = { grantedTypes: ["Group", "Patient"] };
  const answer = (await (await requestToken(sandbox.config(), "system/*.rs")).json()) as {
    scope: string;
    access_token: string;
  };
  expect(answer.scope).toBe("system/Group.rs system/Patient.rs");
  const headers = { Authorization: `Bearer ${answer.access_token}` };
  expect([await opened(headers), await opened(headers, "Condition")]).toEqual([200, 403]);
});

test("tokenSeconds and expiresIn: tokens that live briefly and tell it oddly, or not", async () => {
  sandbox.faults = { tokenSeconds: 60, expiresIn: "string" };
  const brief = (await (await requestToken(sandbox.config())).json()) as Record<string, string>;
  expect(brief.expires_in).toBe("60");
  const headers = { Authorization: `Bearer ${brief.access_token}` };
  expect(await opened(headers)).toBe(200);
  vi.spyOn(Date, "now").mockReturnValue(Date.now() + 61_000);
  expect(await opened(headers)).toBe(401);
  vi.restoreAllMocks();
  sandbox.faults = { expiresIn: "missing" };
  expect(await (await requestToken(sandbox.config())).json()).not.toHaveProperty("expires_in");
});

test("bearerToken: that token alone opens, and there is nothing to sign in with", async () => {
  const before = (await (await requestToken(sandbox.config())).json()) as { access_token: string };
  sandbox.faults = { bearerToken: "given by hand" };
  expect(await opened({ Authorization: "Bearer given" })).toBe(401);
  sandbox.faults = { bearerToken: "by-hand" };
  expect(await opened({ Authorization: "Bearer by-hand" })).toBe(200);
  expect(await opened({ Authorization: `Bearer ${before.access_token}` })).toBe(401);
  expect(await opened({})).toBe(401);
  expect((await requestToken(sandbox.config())).status).toBe(404);
  expect((await fetch(`${sandbox.fhirBaseUrl}/.well-known/smart-configuration`)).status).toBe(404);
});

test("open: no token is asked for; smartConfiguration may be missing or bare", async () => {
  sandbox.faults = { open: true };
  expect(await opened({})).toBe(200);
  sandbox.faults = { smartConfiguration: "missing" };
  expect((await fetch(`${sandbox.fhirBaseUrl}/.well-known/smart-configuration`)).status).toBe(404);
  sandbox.faults = { smartConfiguration: "bare" };
  expect(await smart()).toEqual({ token_endpoint: sandbox.tokenUrl });
});

test("a JWKS by URL: the key by kid, a jku as registered, a new key once the cache is old", async () => {
  let published: JWK[] = [];
  let fetches = 0;
  const server: Server = createServer((_, response) => {
    fetches += 1;
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ keys: published }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  const makeKey = async (kid: string) => {
    const { publicKey, privateKey } = await generateKeyPair("ES384", { extractable: true });
    const about = { kid, alg: "ES384" };
    return {
      publicKey: { ...(await exportJWK(publicKey)), ...about },
      privateKey: { ...(await exportJWK(privateKey)), ...about },
    };
  };
  const [first, second] = [await makeKey("first"), await makeKey("second")];
  const registered = await fetch(`${sandbox.url}/auth/register`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ jwks_url: jwksUrl }),
  });
  const { client_id } = (await registered.json()) as { client_id: string };
  const config = { ...sandbox.config(), client_id };
  const ask = async (key: JWK, jku?: string) =>
    (await requestToken(config, "system/*.rs", { key, ...(jku ? { jku } : {}) })).status;

  published = [second.publicKey, first.publicKey];
  expect(await ask(first.privateKey, jwksUrl)).toBe(200);
  expect(await ask(first.privateKey, `${jwksUrl}?other`)).toBe(401);
  published = [first.publicKey];
  expect(await ask(second.privateKey)).toBe(401);

  sandbox.faults = { jwksCacheSeconds: 60 };
  const before = fetches;
  published = [second.publicKey];
  expect([await ask(first.privateKey), await ask(second.privateKey)]).toEqual([200, 401]);
  expect(fetches).toBe(before);
  sandbox.faults = { jwksCacheSeconds: 0 };
  expect(await ask(second.privateKey)).toBe(200);
  await new Promise((resolve) => server.close(resolve));
});
