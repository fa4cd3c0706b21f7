import { AppError } from "@/lib/errors";
import { setReadTimeout } from "@/lib/fhir/send";
import { env } from "@/lib/settings/env";
import { type AccessToken, accessTokens, type Credentials } from "@/lib/smart-auth/access-token";
import { readPrivateKey } from "@/lib/smart-auth/private-key";
import { credentialsOf, type Credentials as Stored } from "@/lib/store/connections";

/**
 * What is stored of a connection as what signing in takes.
 * @returns null where the server is open
 * @throws AppError config-missing-field, key-missing, key-…
 */
export async function signInOf(stored: Stored): Promise<Credentials | null> {
  const { connectionId, fhirBaseUrl, auth, tokenUrl, clientId, privateJwk, scope } = stored;
  if (auth === "none") return null;
  if (!clientId) throw new AppError("config-missing-field", { field: "client_id" });
  if (!privateJwk) throw new AppError("key-missing");
  const key = await readPrivateKey(privateJwk);
  return { connectionId, fhirBaseUrl, tokenUrl, clientId, key, scope };
}

/**
 * An access token for the connection's server, from this process's store of tokens or new.
 * @param options.fresh the last one was refused (401)
 * @param options.fhirBaseUrl the server that the request goes to, where a job remembers it: a connection
 *   may have been pointed at another one since, whose token must not go there
 * @returns null where the server is open
 * @throws AppError not-found, connection-changed, secret-unreadable, key-…, smart-auth-…; as `send`
 */
export async function authorize(
  connectionId: string,
  options: { fresh?: boolean; fhirBaseUrl?: string } = {},
): Promise<AccessToken["accessToken"] | null> {
  setReadTimeout(env().HTTP_TIMEOUT_READ * 1_000);
  const stored = await credentialsOf(connectionId);
  const credentials = await signInOf(stored);
  if (!credentials) return null;
  const { fhirBaseUrl = stored.fhirBaseUrl } = options;
  if (new URL(fhirBaseUrl).origin !== new URL(stored.fhirBaseUrl).origin) {
    throw new AppError("connection-changed", {
      host: new URL(stored.fhirBaseUrl).host,
      other: new URL(fhirBaseUrl).host,
    });
  }
  const { accessToken } = await accessTokens().get(credentials, options);
  return accessToken;
}
