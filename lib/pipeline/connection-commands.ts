import { recogniseConfig } from "@/lib/config/recognise-config";
import type {
  Capability,
  ChangeConnectionBody,
  ConnectionView,
  CreateConnectionBody,
  GroupList,
} from "@/lib/contract/connection";
import { AppError, type ErrorCode, errorCodes } from "@/lib/errors";
import { readCapability } from "@/lib/fhir/capability";
import { listGroups } from "@/lib/fhir/groups";
import { setReadTimeout } from "@/lib/fhir/send";
import { webAddress } from "@/lib/fhir/web-address";
import { splitServerUrl } from "@/lib/kickoff/split-server-url";
import { env } from "@/lib/settings/env";
import { discover } from "@/lib/smart-auth/discover";
import { makeKey } from "@/lib/smart-auth/make-key";
import {
  readPrivateKey,
  type SigningAlgorithm,
  type SigningKey,
} from "@/lib/smart-auth/private-key";
import { groupsWithChanges } from "@/lib/store/changes-since";
import { type MadeKey, type MadeKeys, rotateKey } from "@/lib/store/connection-keys";
import {
  type ConnectionKey,
  credentialsOf,
  getConnection,
  lastExports,
  type NewConnection,
  saveCapability,
  changeConnection as storeChange,
  createConnection as storeNew,
} from "@/lib/store/connections";
import { authorize } from "./authorize";
import { toCapability } from "./test-connection";
import { withToken } from "./with-token";

// What a person or a script may do with connections. Routes call these.

/** A signing key as it is handed to the store. */
export const toConnectionKey = (key: SigningKey): ConnectionKey => ({
  privateJwk: JSON.stringify(key.jwk),
  algorithm: key.algorithm,
  keyId: key.keyId,
  thumbprint: key.thumbprint,
  kind: key.kind,
});

/** A pair made here, as it is handed to the store. */
async function madeKey(algorithm: SigningAlgorithm): Promise<MadeKey> {
  const { key, publicJwk } = await makeKey(algorithm);
  return { ...toConnectionKey(key), publicJwk: { ...publicJwk } };
}

async function madeKeys(algorithm: SigningAlgorithm): Promise<MadeKeys> {
  return { current: await madeKey(algorithm), next: await madeKey(algorithm) };
}

const given = (text: string | undefined) => text?.trim() || undefined;

/**
 * Makes a connection from a config, from form fields or both (a field wins over the file). Where
 * neither tells the token URL it is asked of the server; a server that does not answer now is no
 * reason to refuse the connection: its test tells. With `make_key` the key pair is made here and the
 * client id may come later: servers give it when the address of the keys has been registered.
 * @throws AppError config-…, key-…, url-invalid
 */
export async function createConnection(
  body: CreateConnectionBody,
  by: { label: string },
): Promise<ConnectionView> {
  const file = body.config === undefined ? null : await recogniseConfig(body.config);
  const recognised = file?.recognised;
  const fhir = given(body.fhir_base_url) ?? recognised?.fhir_base_url?.value;
  if (!fhir) throw new AppError("config-missing-field", { field: "fhir_url" });
  const { fhirBaseUrl } = splitServerUrl(fhir);
  const name = given(body.name) ?? given(recognised?.name) ?? new URL(fhirBaseUrl).host;
  const open: NewConnection = {
    name,
    fhirBaseUrl,
    auth: body.auth,
    tokenUrl: null,
    clientId: null,
    scope: null,
    key: null,
    dialect: body.dialect || null,
    allowedHosts: body.allowed_hosts ?? [],
    createdBy: by.label,
  };
  if (body.auth === "none") return storeNew(open);
  if (body.auth === "bearer") return storeNew({ ...open, bearerToken: tokenOf(body.bearer_token) });

  const clientId = given(body.client_id) ?? recognised?.client_id?.value;
  if (!clientId && !body.make_key) {
    throw new AppError("config-missing-field", { field: "client_id" });
  }
  const typed = given(body.private_key);
  const made = body.make_key && !typed ? await madeKeys(body.make_key) : undefined;
  const read = made ? undefined : typed ? await readPrivateKey(typed) : file?.key;
  const key = made?.current ?? (read && toConnectionKey(read));
  if (!key) throw keyProblem(recognised?.problems ?? []);
  const jwksUrl = given(body.jwks_url);
  const token = given(body.token_url) ?? recognised?.token_url?.value;
  return storeNew({
    ...open,
    clientId: clientId ?? null,
    key,
    madeKeys: made,
    jwksUrl: jwksUrl ? webAddress(jwksUrl).href : null,
    tokenUrl: token ? webAddress(token).href : await discoveredTokenUrl(fhirBaseUrl),
    scope: given(body.scope) ?? recognised?.scope?.value ?? null,
  });
}

/** @throws AppError config-missing-field; invalid-request where it is no token (RFC 6750) */
export function tokenOf(text: string | undefined): string {
  const token = text?.trim().replace(/^Bearer\s+/i, "");
  if (!token) throw new AppError("config-missing-field", { field: "bearer_token" });
  if (!/^[\w.~+/-]+=*$/.test(token)) {
    throw new AppError("invalid-request", { reason: "bearer_token: holds what no token may hold" });
  }
  return token;
}

/** The refusal that `recogniseConfig` met when it looked for a key. */
function keyProblem(problems: { code: string; params?: AppError["params"] }[]): AppError {
  const problem = problems.find(({ code }) => code.startsWith("key-"));
  const code = errorCodes.find((known) => known === problem?.code) ?? ("key-missing" as ErrorCode);
  return new AppError(code, problem?.params ?? {});
}

async function discoveredTokenUrl(fhirBaseUrl: string): Promise<string | null> {
  setReadTimeout(env().HTTP_TIMEOUT_READ * 1_000);
  try {
    const { tokenUrl } = await discover({ fhirBaseUrl, signal: AbortSignal.timeout(10_000) });
    return tokenUrl;
  } catch (error) {
    const slow = (error as Error).name === "TimeoutError";
    if (slow || error instanceof AppError) return null;
    throw error;
  }
}

/**
 * Changes a connection: what is absent stays, what is empty is cleared.
 * @throws AppError not-found, config-missing-field, key-…, url-invalid
 */
export async function changeConnection(
  connectionId: string,
  body: ChangeConnectionBody,
): Promise<ConnectionView> {
  const present = await getConnection(connectionId);
  const auth = body.auth ?? present.auth;
  const changes: Parameters<typeof storeChange>[1] = {};
  const name = given(body.name);
  if (name) changes.name = name;
  const fhir = given(body.fhir_base_url);
  if (fhir) changes.fhirBaseUrl = splitServerUrl(fhir).fhirBaseUrl;
  if (body.auth) changes.auth = body.auth;
  if (body.token_url !== undefined) {
    const token = given(body.token_url);
    changes.tokenUrl = token ? webAddress(token).href : null;
  }
  if (body.scope !== undefined) changes.scope = given(body.scope) ?? null;
  const clientId = given(body.client_id);
  if (clientId) changes.clientId = clientId;
  const typed = given(body.private_key);
  if (typed) changes.key = toConnectionKey(await readPrivateKey(typed));
  else if (body.make_key && auth === "smart") {
    // A new pair would sign before servers have read it, and take the old one away: that is what rotating is for.
    if (present.published_keys.length > 0) {
      throw new AppError("invalid-request", {
        reason: "make_key: this connection has keys made here; rotate them",
      });
    }
    changes.madeKeys = await madeKeys(body.make_key);
    changes.key = changes.madeKeys.current;
  }
  if (body.jwks_url !== undefined) {
    const jwksUrl = given(body.jwks_url);
    changes.jwksUrl = jwksUrl ? webAddress(jwksUrl).href : null;
  }
  if (body.dialect !== undefined) changes.dialect = body.dialect || null;
  // A token that was given for one server is not another's, and neither are the hosts that may have it.
  const moved =
    changes.fhirBaseUrl !== undefined &&
    new URL(changes.fhirBaseUrl).origin !== new URL(present.fhir_base_url).origin;
  if (body.allowed_hosts !== undefined) changes.allowedHosts = body.allowed_hosts;
  else if (moved) changes.allowedHosts = [];

  if (auth === "smart") {
    if (!(clientId ?? present.client_id) && !changes.madeKeys) {
      const waits = present.published_keys.length > 0 && !changes.key;
      if (!waits) throw new AppError("config-missing-field", { field: "client_id" });
    }
    if (!changes.key && !present.key) throw new AppError("key-missing");
    if (body.auth) changes.bearerToken = null;
  } else {
    // What this sign-in does not need is not kept.
    const nothing = { tokenUrl: null, clientId: null, scope: null, key: null, jwksUrl: null };
    if (body.auth) Object.assign(changes, nothing, { bearerToken: null });
    if (auth === "bearer") {
      if (given(body.bearer_token)) changes.bearerToken = tokenOf(body.bearer_token);
      else if (!present.has_bearer_token || moved) {
        throw new AppError("config-missing-field", { field: "bearer_token" });
      }
    }
  }
  return storeChange(connectionId, changes);
}

/**
 * The next key signs from now on; the present one stays published until nothing that it signed is
 * under way, and a new next one is published.
 * @throws AppError not-found, invalid-request, key-too-new
 */
export async function rotateConnectionKey(connectionId: string): Promise<ConnectionView> {
  const { key } = await getConnection(connectionId);
  await rotateKey(connectionId, await madeKey(key?.algorithm ?? "ES384"));
  return getConnection(connectionId);
}

/**
 * The server's groups, asked now, each with its last export from here.
 * @throws AppError not-found, groups-not-listed, access-refused, smart-auth-…; as `send`
 */
export async function listServerGroups(connectionId: string): Promise<GroupList> {
  const { fhirBaseUrl } = await credentialsOf(connectionId);
  const [groups, exports, changes] = await Promise.all([
    withToken(
      (options) => authorize(connectionId, options),
      (token) => listGroups({ fhirBaseUrl, token }),
    ),
    lastExports(connectionId),
    groupsWithChanges(connectionId),
  ]);
  return {
    groups: groups.map((group) => ({
      ...group,
      last_export: exports.get(group.id) ?? null,
      changes: changes.get(group.id) ?? null,
    })),
  };
}

/**
 * What the server says that it can, asked now and kept with the connection.
 * @throws AppError not-found, not-fhir, access-refused, smart-auth-…; as `send`
 */
export async function readServerCapability(connectionId: string): Promise<Capability> {
  const { fhirBaseUrl } = await credentialsOf(connectionId);
  const read = await withToken(
    (options) => authorize(connectionId, options),
    (token) => readCapability({ fhirBaseUrl, token }),
  );
  const capability = toCapability(read);
  await saveCapability(connectionId, capability);
  return capability;
}
