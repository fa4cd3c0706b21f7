import { exportJWK, generateKeyPair, type JWK } from "jose";
import { readPrivateKey, type SigningAlgorithm, type SigningKey } from "./private-key";

/**
 * A new key pair for a connection (SMART App Launch 2.2, client-confidential-asymmetric: RS384 or
 * ES384); its `kid` is its RFC 7638 thumbprint, unique in any JWKS.
 * @returns the private key, and the public JWK as a JWKS shows it
 */
export async function makeKey(
  algorithm: SigningAlgorithm,
): Promise<{ key: SigningKey; publicJwk: JWK }> {
  const { privateKey } = await generateKeyPair(algorithm, {
    extractable: true,
    modulusLength: 3072,
  });
  const key = await readPrivateKey(await exportJWK(privateKey));
  const { kty, n, e, crv, x, y, kid, alg } = key.jwk;
  const open = kty === "RSA" ? { kty, n, e } : { kty, crv, x, y };
  return { key, publicJwk: { ...open, kid, alg, use: "sig", key_ops: ["verify"] } };
}
