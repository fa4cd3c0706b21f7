import type { Registration } from "@/lib/contract/connection";
import { AppError } from "@/lib/errors";
import { readPrivateKey } from "@/lib/smart-auth/private-key";
import { chooseScope } from "@/lib/smart-auth/scope";
import { credentialsOf } from "@/lib/store/connections";

/** The members of a JWK that are public: RSA and EC (RFC 7518, 6.2.1 and 6.3.1). */
const publicMembers = ["kty", "kid", "alg", "n", "e", "crv", "x", "y"] as const;

/**
 * What the people who run the FHIR server have to register for this connection (SMART Backend
 * Services, client-confidential-asymmetric): public halves of its key, client id, scopes.
 * @throws AppError not-found; key-missing where nobody signs in by key
 */
export async function registrationOf(connectionId: string): Promise<Registration> {
  const stored = await credentialsOf(connectionId);
  if (stored.auth !== "smart" || !stored.privateJwk) throw new AppError("key-missing");
  const { jwk, algorithm } = await readPrivateKey(stored.privateJwk);
  const known = publicMembers.flatMap((name) => (jwk[name] ? [[name, jwk[name]] as const] : []));
  return {
    client_id: stored.clientId || null,
    token_endpoint_auth_method: "private_key_jwt",
    grant_types: ["client_credentials"],
    algorithm,
    jwks_url: stored.jwksUrl || null,
    jwks: { keys: [{ ...Object.fromEntries(known), use: "sig", key_ops: ["verify"] }] },
    scope: chooseScope({
      explicit: stored.scope,
      scopesSupported: [],
      capabilities: ["permission-v2"],
    }),
    fhir_base_url: stored.fhirBaseUrl,
    token_url: stored.tokenUrl,
  };
}
