import { importJWK, SignJWT } from "jose";
import type { SigningKey } from "./private-key";

/** Under the five minutes that the standard allows, so that a clock a little ahead does no harm. */
const lifetimeSeconds = 240;

/**
 * The signed statement that stands in for a password (SMART App Launch 2.2,
 * client-confidential-asymmetric): header alg, kid, typ, and jku where our keys are registered by their address; claims iss = sub = client id, aud = token
 * URL, exp, jti. No iat or nbf: the standard asks for none, and a server whose clock is behind
 * would refuse them.
 */
export async function clientAssertion(input: {
  clientId: string;
  tokenUrl: string;
  key: SigningKey;
  now: Date;
  /** never used before */
  jti: string;
  /** the address of our JWKS as registered; no `jku` without */
  jwksUrl?: string | null;
}): Promise<string> {
  const { clientId, tokenUrl, key, now, jti, jwksUrl } = input;
  return new SignJWT({})
    .setProtectedHeader({
      alg: key.algorithm,
      kid: key.keyId,
      typ: "JWT",
      ...(jwksUrl ? { jku: jwksUrl } : {}),
    })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(tokenUrl)
    .setExpirationTime(Math.floor(now.getTime() / 1000) + lifetimeSeconds)
    .setJti(jti)
    .sign(await importJWK(key.jwk, key.algorithm));
}
