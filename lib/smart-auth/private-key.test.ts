import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { calculateJwkThumbprint } from "jose";
import { expect, test } from "vitest";
import { AppError } from "@/lib/errors";
import { readPrivateKey } from "./private-key";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-384" });
const rsaJwk = rsa.privateKey.export({ format: "jwk" });
const ecJwk = ec.privateKey.export({ format: "jwk" });
const rsaPublic = { ...rsa.publicKey.export({ format: "jwk" }), kid: "open" };
const pem = (key: typeof rsa.privateKey, type: "pkcs8" | "pkcs1" | "sec1") =>
  key.export({ format: "pem", type: type as "pkcs8" }) as string;

const codeOf = async (input: string | object, algorithm?: "RS384" | "ES384") => {
  const error = await readPrivateKey(input, algorithm).then(
    () => null,
    (failure) => failure,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
};

test.each<[string, string | object, string]>([
  ["JWK", rsaJwk, "RS384"],
  ["JWK as text", JSON.stringify(ecJwk), "ES384"],
  ["JWK as text in text", JSON.stringify(JSON.stringify(rsaJwk)), "RS384"],
  ["JWKS", { keys: [rsaPublic, rsaJwk] }, "RS384"],
  ["bare list of keys", JSON.stringify([rsaPublic, ecJwk]), "ES384"],
  ["PKCS#8, RSA", pem(rsa.privateKey, "pkcs8"), "RS384"],
  ["PKCS#8, EC", pem(ec.privateKey, "pkcs8"), "ES384"],
  ["PKCS#1", pem(rsa.privateKey, "pkcs1"), "RS384"],
  ["SEC1", pem(ec.privateKey, "sec1"), "ES384"],
  ["PEM in JSON text", JSON.stringify(pem(ec.privateKey, "sec1")), "ES384"],
  ["PEM with \\n for line breaks", pem(rsa.privateKey, "pkcs8").replaceAll("\n", "\\n"), "RS384"],
  ["PEM with spaces for line breaks", pem(rsa.privateKey, "pkcs1").replaceAll("\n", " "), "RS384"],
  [
    "PEM after EC PARAMETERS",
    `-----BEGIN EC PARAMETERS-----\nBgUrgQQAIg==\n-----END EC PARAMETERS-----\n${pem(ec.privateKey, "sec1")}`,
    "ES384",
  ],
])("a key as %s is read", async (_shape, input, algorithm) => {
  const key = await readPrivateKey(input);
  expect(key.algorithm).toBe(algorithm);
  expect(key.kind).toBe(algorithm === "RS384" ? "RSA 2048" : "EC P-384");
  const original = createPrivateKey({ key: key.jwk as never, format: "jwk" });
  const expected = algorithm === "RS384" ? rsa.privateKey : ec.privateKey;
  expect(original.equals(expected)).toBe(true);
});

test("the key's own kid is kept, and the thumbprint stands in where there is none", async () => {
  const thumbprint = await calculateJwkThumbprint(rsaPublic, "sha256");
  expect((await readPrivateKey({ ...rsaJwk, kid: "mine" })).keyId).toBe("mine");
  expect((await readPrivateKey({ ...rsaJwk, kid: "mine" })).thumbprint).toBe(thumbprint);
  expect((await readPrivateKey(pem(rsa.privateKey, "pkcs8"))).keyId).toBe(thumbprint);
});

test("a set says which of its keys was taken, and a repeated key counts once", async () => {
  const key = await readPrivateKey({ keys: [rsaPublic, rsaJwk, rsaJwk] });
  expect(key.position).toBe(1);
});

test("the algorithm asked for chooses in a set of two and is checked against a single key", async () => {
  expect((await codeOf({ keys: [rsaJwk, ecJwk] })).code).toBe("key-several");
  expect((await readPrivateKey({ keys: [rsaJwk, ecJwk] }, "ES384")).kind).toBe("EC P-384");
  const mismatch = await codeOf(rsaJwk, "ES384");
  expect(mismatch.code).toBe("key-algorithm-mismatch");
  expect(mismatch.params).toEqual({ kind: "RSA 2048", expected: "RS384", given: "ES384" });
});

const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const ed = generateKeyPairSync("ed25519").privateKey;
const locked = rsa.privateKey.export({
  format: "pem",
  type: "pkcs8",
  cipher: "aes-256-cbc",
  passphrase: "x",
}) as string;
const lockedOld = rsa.privateKey.export({
  format: "pem",
  type: "pkcs1",
  cipher: "aes-256-cbc",
  passphrase: "x",
}) as string;
const other = generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey.export({
  format: "jwk",
});

test.each<[string, string | object, string]>([
  ["nothing", "  ", "key-missing"],
  ["an empty set", { keys: [] }, "key-missing"],
  ["a public JWK", rsaPublic, "key-public-only"],
  ["a set of public keys", { keys: [rsaPublic] }, "key-public-only"],
  [
    "a public PEM",
    rsa.publicKey.export({ format: "pem", type: "spki" }) as string,
    "key-public-only",
  ],
  ["RSA of 1024 bits", weak.export({ format: "jwk" }), "key-unsupported"],
  ["RSA of 1024 bits as PEM", pem(weak, "pkcs8"), "key-unsupported"],
  ["EC P-256", p256.export({ format: "jwk" }), "key-unsupported"],
  ["EC P-256 as PEM", pem(p256, "sec1"), "key-unsupported"],
  ["Ed25519", ed.export({ format: "jwk" }), "key-unsupported"],
  ["Ed25519 as PEM", pem(ed, "pkcs8"), "key-unsupported"],
  ["a shared secret", { kty: "oct", k: "c2VjcmV0" }, "key-unsupported"],
  ["a PEM with a passphrase", locked, "key-encrypted"],
  ["an old PEM with a passphrase", lockedOld, "key-encrypted"],
  [
    "OpenSSH",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----",
    "key-unreadable",
  ],
  ["a PEM that breaks off", pem(rsa.privateKey, "pkcs8").slice(0, 400), "key-unreadable"],
  ["a PEM with holes", pem(rsa.privateKey, "pkcs8").replace(/.{64}\n/, "\n"), "key-unreadable"],
  ["a JWK with holes", { ...rsaJwk, p: undefined }, "key-unreadable"],
  ["parts of two keys", { ...ecJwk, x: other.x, y: other.y }, "key-unreadable"],
  ["JSON that breaks off", JSON.stringify(rsaJwk).slice(0, 300), "key-unreadable"],
  ["a word", "secret", "key-unreadable"],
  ["a number", "42", "key-unreadable"],
  ["an object of another kind", { hello: 1 }, "key-unreadable"],
])("%s is refused by its own name", async (_what, input, code) => {
  expect((await codeOf(input)).code).toBe(code);
});

test("no refusal repeats any part of the key", async () => {
  for (const input of [
    JSON.stringify(rsaJwk).slice(0, 300),
    "hush".repeat(30),
    pem(weak, "pkcs8"),
  ]) {
    const error = await codeOf(input);
    const told = JSON.stringify([error.message, error.params, error.evidence]);
    expect(told).not.toContain("hush");
    expect(told).not.toContain(input.slice(40, 60));
  }
});
