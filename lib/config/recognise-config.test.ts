import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import type { AppError } from "@/lib/errors";
import { recogniseConfig } from "./recognise-config";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-384" });
const privateJwk = { ...ec.privateKey.export({ format: "jwk" }), kid: "k1", key_ops: ["sign"] };
const publicJwk = { ...ec.publicKey.export({ format: "jwk" }), kid: "k1", key_ops: ["verify"] };
const rsaJwk = { ...rsa.privateKey.export({ format: "jwk" }), kid: "r1", alg: "RS384" };
const pem = rsa.privateKey.export({ format: "pem", type: "pkcs8" }) as string;
const fhir = "https://bulk.example.org/fhir";
const token = "https://bulk.example.org/auth/token";

const read = (config: unknown) =>
  recogniseConfig(typeof config === "string" ? config : JSON.stringify(config));
const problemsOf = async (config: unknown) =>
  (await read(config)).recognised.problems.map(({ code, params }) =>
    params?.field ? `${code} ${params.field}` : code,
  );

test("the reference server's download is complete", async () => {
  const { recognised, key } = await read({
    jwks: { keys: [publicJwk, privateJwk] },
    client_id: "eyJhbGciOi.client",
    fhir_url: `${fhir}/`,
    token_url: token,
  });
  expect(recognised).toEqual({
    shape: "smart-download",
    name: "bulk.example.org",
    fhir_base_url: { value: fhir, source: "fhir_url" },
    token_url: { value: token, source: "token_url" },
    client_id: { value: "eyJhbGciOi.client", source: "client_id" },
    scope: null,
    key: {
      kind: "EC P-384",
      algorithm: "ES384",
      key_id: "k1",
      thumbprint: key?.thumbprint,
      source: "jwks.keys[1]",
    },
    problems: [],
  });
  expect(key?.jwk.d).toBe(privateJwk.d);
});

test("the download with jwks_url lacks only the private key", async () => {
  const config = { jwks_url: "https://me.org/jwks", client_id: "c", fhir_url: fhir };
  expect(await problemsOf(config)).toEqual(["key-missing"]);
  expect((await read(config)).recognised.shape).toBe("smart-download");
  expect(await problemsOf({ ...config, jwks: { keys: [publicJwk] } })).toEqual(["key-missing"]);
});

test("backend-services asks for the FHIR address", async () => {
  const { recognised } = await read({
    auth_type: "backend-services",
    token_endpoint: token,
    client_id: "c",
    key: privateJwk,
  });
  expect(recognised).toMatchObject({
    shape: "backend-services",
    name: "bulk.example.org",
    token_url: { source: "token_endpoint" },
    key: { source: "key" },
    problems: [{ code: "config-missing-field", params: { field: "fhir_url" } }],
  });
});

test("the official client's options are read with their scope", async () => {
  const { recognised } = await read({
    fhirUrl: fhir,
    tokenUrl: token,
    clientId: "c",
    privateKey: rsaJwk,
    scope: "system/*.read",
    _type: "Patient",
    parallelDownloads: 5,
  });
  expect(recognised).toMatchObject({
    shape: "bulk-data-client",
    fhir_base_url: { value: fhir, source: "fhirUrl" },
    client_id: { source: "clientId" },
    scope: { value: "system/*.read", source: "scope" },
    key: { algorithm: "RS384", kind: "RSA 2048", key_id: "r1", source: "privateKey" },
    problems: [],
  });
});

test.each<[string, unknown]>([
  ["as PEM", pem],
  ["as JSON text", JSON.stringify(rsaJwk)],
  ["as JSON text in text", JSON.stringify(JSON.stringify(rsaJwk))],
  ["as a JWKS", { keys: [rsaJwk] }],
])("the older flat form holds its key %s", async (_what, private_key) => {
  const { recognised } = await read({
    private_key,
    client_id: "c",
    fhir_url: fhir,
    token_url: token,
    service_url: "https://bulk.example.org/",
  });
  expect(recognised).toMatchObject({
    shape: "flat",
    fhir_base_url: { value: fhir, source: "fhir_url" },
    key: { algorithm: "RS384" },
    problems: [],
  });
});

test.each<[string, unknown]>([
  ["PEM", pem],
  ["a JWK", JSON.stringify(privateJwk)],
  ["a JWKS", JSON.stringify({ keys: [publicJwk, privateJwk] })],
  ["a list of JWKs", JSON.stringify([privateJwk])],
])("%s alone is a key without the rest", async (_what, text) => {
  const { recognised, key } = await read(text);
  expect(recognised.shape).toBe("key-only");
  expect(key).not.toBeNull();
  expect(recognised.problems.map(({ params }) => params?.field)).toEqual(["client_id", "fhir_url"]);
});

test.each([
  "fhir_url",
  "fhirUrl",
  "fhir_server_url",
  "fhirBaseUrl",
  "base_url",
  "baseUrl",
  "service_url",
  "FHIR-Server-URL",
])("the FHIR address is known as %s", async (name) => {
  const { recognised } = await read({ [name]: fhir, client_id: "c", key: privateJwk });
  expect(recognised.fhir_base_url).toEqual({ value: fhir, source: name });
});

test("what is wrapped in “config” is found with its path", async () => {
  const { recognised } = await read({
    name: "Hospital",
    config: { fhirUrl: fhir, clientId: "c", jwk: privateJwk },
  });
  expect(recognised).toMatchObject({
    name: "Hospital",
    fhir_base_url: { source: "config.fhirUrl" },
    key: { source: "config.jwk" },
    problems: [],
  });
});

test("a public key and a private one in two fields: the private one is taken", async () => {
  const config = { fhir_url: fhir, client_id: "c", key: publicJwk, jwks: { keys: [privateJwk] } };
  expect((await read(config)).recognised.key?.source).toBe("jwks.keys[0]");
});

test("each thing that is missing or wrong is told by its name", async () => {
  const complete = { fhir_url: fhir, client_id: "c", key: privateJwk };
  expect(await problemsOf({ ...complete, key: undefined })).toEqual(["key-missing"]);
  expect(await problemsOf({ ...complete, key: publicJwk })).toEqual(["key-public-only"]);
  expect(await problemsOf({ ...complete, client_id: "" })).toEqual([
    "config-missing-field client_id",
  ]);
  expect(await problemsOf({ ...complete, fhir_url: "bulk.example.org" })).toEqual(["url-invalid"]);
  expect(await problemsOf({ ...complete, token_url: "ftp://x.org" })).toEqual(["url-invalid"]);
  expect(await problemsOf({ ...complete, algorithm: "RS384" })).toEqual(["key-algorithm-mismatch"]);
  expect(await problemsOf({ ...complete, client_id: 5 })).toEqual([
    "config-missing-field client_id",
  ]);
});

test.each<[string, string, string]>([
  ["nothing", " \n", "config-not-json"],
  ["a web page", "<!doctype html>", "config-not-json"],
  ["a JavaScript file", "module.exports = { fhirUrl: 'x' }", "config-not-json"],
  ["half a file", '{"client_id": "c",\n "fhir_url": ', "config-not-json"],
  ["another JSON", '{"resourceType":"Patient"}', "config-unrecognised"],
  ["a number", "42", "config-unrecognised"],
  ["an empty list", "[]", "config-unrecognised"],
  ["hostile names", '{"__proto__":{"client_id":"x"},"constructor":1}', "config-unrecognised"],
  ["deep nesting", "[".repeat(50_000) + "]".repeat(50_000), "config-unrecognised"],
  ["a large file", `{"client_id":"${"x".repeat(300_000)}"}`, "config-too-large"],
])("%s is refused by its own name", async (_what, text, code) => {
  const error = (await read(text).catch((failure) => failure)) as AppError;
  expect(error.code).toBe(code);
});

test("a mistake in the JSON is told by its place and never by its text", async () => {
  const text = `{"client_id": "c",\n "private_key": "top-secret" "x"}`;
  const error = (await read(text).catch((failure) => failure)) as AppError;
  expect(error.params).toMatchObject({ reason: "syntax", line: 2 });
  expect(JSON.stringify([error.message, error.params])).not.toContain("secret");
});

test("no part of a key stands in what is told about a config", async () => {
  const { recognised } = await read({
    fhir_url: fhir,
    client_id: "c",
    jwks: { keys: [privateJwk] },
  });
  expect(JSON.stringify(recognised)).not.toContain(privateJwk.d);
});
