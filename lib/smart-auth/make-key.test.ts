import { importJWK, jwtVerify } from "jose";
import { expect, test } from "vitest";
import { clientAssertion } from "./client-assertion";
import { makeKey } from "./make-key";

// SMART App Launch 2.2, client-confidential-asymmetric: RS384 and ES384; kty, kid and n/e or crv/x/y.
test.each([
  ["RS384", "RSA 3072", ["alg", "e", "key_ops", "kid", "kty", "n", "use"]],
  ["ES384", "EC P-384", ["alg", "crv", "key_ops", "kid", "kty", "use", "x", "y"]],
] as const)(
  "a key made for %s signs what its published half verifies",
  async (algorithm, kind, members) => {
    const { key, publicJwk } = await makeKey(algorithm);
    expect(key).toMatchObject({ algorithm, kind, keyId: key.thumbprint });
    expect(Object.keys(publicJwk).sort()).toEqual(members);
    const now = new Date();
    const jwksUrl = "https://bulkhouse.example.org/.well-known/jwks.json";
    const assertion = await clientAssertion({
      clientId: "c",
      tokenUrl: "https://auth.example.org/token",
      key,
      now,
      jti: "1",
      jwksUrl,
    });
    const { protectedHeader } = await jwtVerify(assertion, await importJWK(publicJwk, algorithm));
    expect(protectedHeader).toEqual({
      alg: algorithm,
      kid: publicJwk.kid,
      typ: "JWT",
      jku: jwksUrl,
    });
  },
);

test("no two keys share a kid", async () => {
  const [one, two] = [await makeKey("ES384"), await makeKey("ES384")];
  expect(one.key.keyId).not.toBe(two.key.keyId);
});
