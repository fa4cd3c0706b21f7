import type { KickOffBody } from "@/lib/contract/export-request";
import { AppError } from "@/lib/errors";
import { webAddress } from "@/lib/fhir/web-address";
import { readPrivateKey } from "@/lib/smart-auth/private-key";
import { credentialsOf, findOrCreateConnection } from "@/lib/store/connections";
import { toConnectionKey, tokenOf } from "./connection-commands";

/** What a job takes from its connection. */
export type JobConnection = { connectionId: string; name: string; fhirBaseUrl: string };

/** @throws AppError not-found */
export async function knownConnection(connectionId: string): Promise<JobConnection> {
  const { name, fhirBaseUrl } = await credentialsOf(connectionId);
  return { connectionId, name, fhirBaseUrl };
}

const given = (text: string | undefined) => text?.trim() || undefined;

/**
 * The connection that a kick-off belongs to: the one it names, or the one that its credentials make
 * (found again where a script sends them a second time).
 * @param fhirBaseUrl of the server that the kick-off is for
 * @throws AppError config-missing-field, key-…, url-invalid, not-found; invalid-request where the
 *   connection named is another server's, whose token this server must not get
 */
export async function connectionOf(
  body: KickOffBody,
  fhirBaseUrl: string,
  createdBy: string,
): Promise<JobConnection> {
  if (body.connection_id) {
    const connection = await knownConnection(body.connection_id);
    if (connection.fhirBaseUrl !== fhirBaseUrl) {
      throw new AppError("invalid-request", {
        reason: "connection_id: this connection is for another server than fhir_server_url",
      });
    }
    return connection;
  }
  const open = {
    name: new URL(fhirBaseUrl).host,
    fhirBaseUrl,
    auth: "none" as const,
    tokenUrl: null,
    clientId: null,
    scope: null,
    key: null,
    createdBy,
  };
  if (body.bearer_token) {
    const bearerToken = tokenOf(body.bearer_token);
    const bearer = { ...open, auth: "bearer" as const, bearerToken };
    return { ...(await findOrCreateConnection(bearer)), fhirBaseUrl };
  }
  if (!body.use_smart_auth) return { ...(await findOrCreateConnection(open)), fhirBaseUrl };

  const clientId = given(body.client_id);
  if (!clientId) throw new AppError("config-missing-field", { field: "client_id" });
  const typed = typeof body.private_key === "string" ? given(body.private_key) : body.private_key;
  if (!typed) throw new AppError("key-missing");
  const key = await readPrivateKey(typed, body.algorithm);
  const tokenUrl = given(body.token_url);
  const connection = await findOrCreateConnection({
    ...open,
    auth: "smart",
    clientId,
    key: toConnectionKey(key),
    tokenUrl: tokenUrl ? webAddress(tokenUrl).href : null,
    scope: given(body.scope) ?? null,
  });
  return { ...connection, fhirBaseUrl };
}
