import { AppError } from "@/lib/errors";
import { setReadTimeout } from "@/lib/fhir/send";
import { env } from "@/lib/settings/env";
import { type AccessToken, accessTokens, type Credentials } from "@/lib/smart-auth/access-token";
import { readPrivateKey } from "@/lib/smart-auth/private-key";
import { credentialsOf, type Credentials as Stored } from "@/lib/store/connections";
import { tokenMayGo } from "./token-host";

/**
 * What is stored of a connection as what signing in takes.
 * @returns null where nobody signs in: the server is open, or the token was given by hand
 * @throws AppError config-missing-field, key-missing, key-…
 */
export async function signInOf(stored: Stored): Promise<Credentials | null> {
  const { connectionId, fhirBaseUrl, auth, tokenUrl, clientId, privateJwk, scope } = stored;
  if (auth !== "smart") return null;
  if (!clientId) throw new AppError("config-missing-field", { field: "client_id" });
  if (!privateJwk) throw new AppError("key-missing");
  const key = await readPrivateKey(privateJwk);
  return { connectionId, fhirBaseUrl, tokenUrl, clientId, key, scope, jwksUrl: stored.jwksUrl };
}

/** Hosts that a person trusts beside the server's own. */
const hostsOf = ({ allowedHosts }: Stored) => [...allowedHosts, ...env().TOKEN_HOSTS];

/**
 * Asks that an address which stands inside clinical data be one of the server or of a host that a person
 * allowed by name: whoever can write a document could else have this machine ask any address of its
 * network.
 * @throws AppError attachment-host, not-found
 */
export async function admitAddress(
  connectionId: string,
  { url, fhirBaseUrl }: { url: string; fhirBaseUrl: string },
): Promise<void> {
  const allowedHosts = hostsOf(await credentialsOf(connectionId));
  if (tokenMayGo(url, { fhirBaseUrl, allowedHosts })) return;
  const { host } = new URL(url);
  throw new AppError("attachment-host", { host, server: new URL(fhirBaseUrl).host });
}

/**
 * An access token for the connection's server, from this process's store of tokens or new.
 * @param options.fresh the last one was refused (401)
 * @param options.fhirBaseUrl the server that the request goes to, where a job remembers it: a connection
 *   may have been pointed at another one since, whose token must not go there
 * @param options.to the address that the request goes to, where somebody else than the person chose it
 * @returns null where the server is open, or where `to` lies at a host that must not get the token
 * @throws AppError not-found, connection-changed, secret-unreadable, key-…, smart-auth-…; as `send`;
 *   with `fresh`: bearer-refused, and token-host where a host that must not get the token asks for it
 */
export async function authorize(
  connectionId: string,
  options: { fresh?: boolean; fhirBaseUrl?: string; to?: string } = {},
): Promise<AccessToken["accessToken"] | null> {
  setReadTimeout(env().HTTP_TIMEOUT_READ * 1_000);
  const stored = await credentialsOf(connectionId);
  if (stored.auth === "none") return null;
  const { fhirBaseUrl = stored.fhirBaseUrl } = options;
  if (new URL(fhirBaseUrl).origin !== new URL(stored.fhirBaseUrl).origin) {
    throw new AppError("connection-changed", {
      host: new URL(stored.fhirBaseUrl).host,
      other: new URL(fhirBaseUrl).host,
    });
  }
  if (options.to && !tokenMayGo(options.to, { fhirBaseUrl, allowedHosts: hostsOf(stored) })) {
    if (!options.fresh) return null;
    throw new AppError("token-host", {
      host: new URL(options.to).host,
      server: new URL(fhirBaseUrl).host,
    });
  }
  const credentials = await signInOf(stored);
  if (!credentials) {
    const { host } = new URL(fhirBaseUrl);
    if (options.fresh || !stored.bearerToken) throw new AppError("bearer-refused", { host });
    return stored.bearerToken;
  }
  const { accessToken } = await accessTokens().get(credentials, options);
  return accessToken;
}
