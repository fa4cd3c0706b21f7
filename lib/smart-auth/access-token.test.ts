import { generateKeyPairSync } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from "jose";
import { expect, test } from "vitest";
import type { AppError } from "@/lib/errors";
import { makeAccessTokens, requestAccessToken } from "./access-token";
import { readPrivateKey, type SigningKey } from "./private-key";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-384" });
const keys: Record<string, SigningKey> = {
  RS384: await readPrivateKey({ ...rsa.privateKey.export({ format: "jwk" }), kid: "k1" }),
  ES384: await readPrivateKey({ ...ec.privateKey.export({ format: "jwk" }), kid: "k2" }),
};
const key = keys.ES384 as SigningKey;
const now = new Date();
const tokenUrl = "https://auth.example.org/token";

/** A token endpoint that gives `answers` one after the other and remembers what it was asked. */
function endpoint(...answers: [number, unknown, Record<string, string>?][]) {
  const asked: { url: string; form: URLSearchParams }[] = [];
  const fetch = async (url: string, init: RequestInit) => {
    asked.push({ url, form: new URLSearchParams(String(init.body ?? "")) });
    const [status, body, headers] = answers[
      Math.min(asked.length, answers.length) - 1
    ] as (typeof answers)[0];
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return new Response(text, {
      status,
      headers: { "content-type": "application/json", ...headers },
    });
  };
  return { fetch, asked };
}

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable("no failure"),
    (error) => error as AppError,
  );

test.each(["RS384", "ES384"])("the assertion obeys the standard with %s", async (algorithm) => {
  const signer = keys[algorithm] as SigningKey;
  const { fetch, asked } = endpoint([
    200,
    { access_token: "t", token_type: "bearer", expires_in: 300 },
  ]);
  const token = await requestAccessToken(
    { tokenUrl, clientId: "client", key: signer, scope: "system/*.rs" },
    { fetch, now: () => now, jti: () => "once" },
  );
  expect(token).toEqual({
    accessToken: "t",
    expiresAt: new Date(now.getTime() + 300_000),
    scope: "system/*.rs",
  });
  const form = asked[0]?.form;
  expect(form?.get("grant_type")).toBe("client_credentials");
  expect(form?.get("scope")).toBe("system/*.rs");
  expect(form?.get("client_assertion_type")).toBe(
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
  );
  const assertion = form?.get("client_assertion") ?? "";
  expect(decodeProtectedHeader(assertion)).toEqual({
    alg: algorithm,
    kid: signer.keyId,
    typ: "JWT",
  });
  const claims = decodeJwt(assertion);
  expect(claims).toMatchObject({ iss: "client", sub: "client", aud: tokenUrl, jti: "once" });
  const ahead = (claims.exp ?? 0) - now.getTime() / 1000;
  expect(ahead).toBeGreaterThan(60);
  expect(ahead).toBeLessThanOrEqual(300);
  const { d, p, q, dp, dq, qi, ...open } = signer.jwk;
  await jwtVerify(assertion, await importJWK(open, algorithm));
});

test.each([
  ["300", 300],
  [3600, 3600],
  [undefined, 300],
  ["soon", 300],
  [0, 300],
])("expires_in %j is understood", async (expires, seconds) => {
  const { fetch } = endpoint([200, { access_token: "t", expires_in: expires }]);
  const token = await requestAccessToken(
    { tokenUrl, clientId: "c", key, scope: "s" },
    { fetch, now: () => now },
  );
  expect(token.expiresAt.getTime() - now.getTime()).toBe(seconds * 1000);
});

test.each<[string, [number, unknown, Record<string, string>?], string, boolean]>([
  [
    "OAuth error",
    [400, { error: "invalid_grant", error_description: "Registration token expired" }],
    "smart-auth-registration-expired",
    false,
  ],
  [
    "a web page",
    [200, "<html><title>Sign in</title></html>", { "content-type": "text/html" }],
    "smart-auth-not-token",
    false,
  ],
  [
    "a token that no header can carry",
    [200, { access_token: "to\nken", token_type: "bearer", expires_in: 300 }],
    "smart-auth-not-token",
    false,
  ],
  [
    "a web page that refuses",
    [403, "<h1>Forbidden</h1>", { "content-type": "text/html" }],
    "smart-auth-not-token",
    false,
  ],
  ["no such address", [404, { message: "Not found" }], "smart-auth-not-token", false],
  ["success without a token", [200, { ok: true }], "smart-auth-not-token", false],
  [
    "a redirect to a log-in page elsewhere",
    [302, "", { location: "https://login.example.org/" }],
    "smart-auth-not-token",
    false,
  ],
  [
    "an error with status 200",
    [200, { error: "invalid_client", error_description: "Unknown client" }],
    "smart-auth-unknown-client",
    false,
  ],
  [
    "a server error",
    [503, "<h1>Maintenance</h1>", { "content-type": "text/html" }],
    "server-error",
    true,
  ],
  ["too many requests", [429, "", { "retry-after": "30" }], "rate-limited", true],
  [
    "an OperationOutcome",
    [
      400,
      {
        resourceType: "OperationOutcome",
        issue: [{ severity: "error", code: "login", diagnostics: "Unknown client" }],
      },
    ],
    "smart-auth-unknown-client",
    false,
  ],
])("%s ends in its own code", async (_what, answer, code, retryable) => {
  const { fetch } = endpoint(answer);
  const error = await failureOf(
    requestAccessToken({ tokenUrl, clientId: "c", key, scope: "s" }, { fetch, now: () => now }),
  );
  expect([error.code, error.retryable]).toEqual([code, retryable]);
  if (code === "rate-limited") expect(error.retryAt).toEqual(new Date(now.getTime() + 30_000));
  expect(JSON.stringify([error.message, error.evidence])).not.toContain("client_assertion");
});

const credentials = {
  connectionId: "c1",
  fhirBaseUrl: "https://fhir.example.org/r4",
  tokenUrl,
  clientId: "client",
  key,
  scope: "system/*.rs",
};

test("a token is shared, renewed 30 s before its end, and replaced when it was refused", async () => {
  let clock = now.getTime();
  let count = 0;
  const fetch = async () => Response.json({ access_token: `t${++count}`, expires_in: 300 });
  const tokens = makeAccessTokens({ fetch, now: () => new Date(clock) });
  const together = await Promise.all([tokens.get(credentials), tokens.get(credentials)]);
  expect(together.map((token) => token.accessToken)).toEqual(["t1", "t1"]);
  clock += 269_000;
  expect((await tokens.get(credentials)).accessToken).toBe("t1");
  clock += 2_000;
  expect((await tokens.get(credentials)).accessToken).toBe("t2");
  expect((await tokens.get(credentials, { fresh: true })).accessToken).toBe("t3");
  expect((await tokens.get(credentials)).accessToken).toBe("t3");
  expect((await tokens.get({ ...credentials, clientId: "other" })).accessToken).toBe("t4");
});

test("a failed request for a token is not remembered", async () => {
  let count = 0;
  const fetch = async () =>
    ++count === 1 ? new Response("", { status: 503 }) : Response.json({ access_token: "t" });
  const tokens = makeAccessTokens({ fetch });
  expect((await failureOf(tokens.get(credentials))).code).toBe("server-error");
  expect((await tokens.get(credentials)).accessToken).toBe("t");
});

test("without token URL and scope both come from discovery", async () => {
  const asked: [string, string][] = [];
  const fetch = async (url: string, init: RequestInit) => {
    asked.push([url, new URLSearchParams(String(init.body ?? "")).get("scope") ?? ""]);
    return url.endsWith("smart-configuration")
      ? Response.json({ token_endpoint: "/auth/token", scopes_supported: ["system/*.read"] })
      : Response.json({ access_token: "t" });
  };
  await makeAccessTokens({ fetch }).get({ ...credentials, tokenUrl: null, scope: null });
  expect(asked).toEqual([
    ["https://fhir.example.org/r4/.well-known/smart-configuration", ""],
    ["https://fhir.example.org/auth/token", "system/*.read"],
  ]);
});
