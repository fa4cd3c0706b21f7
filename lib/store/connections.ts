import { createHash, randomUUID } from "node:crypto";
import {
  type AuthKind,
  Capability,
  type ConnectionView,
  type GroupList,
} from "@/lib/contract/connection";
import { Dialect } from "@/lib/contract/export-request";
import type { JobStage } from "@/lib/contract/job";
import { AppError } from "@/lib/errors";
import { Prisma } from "@/prisma/generated/client";
import { database } from "./client";
import { type MadeKeys, publishedKeysOf, storeMadeKeys } from "./connection-keys";
import { statusOf } from "./job-progress";
import { jobSummaries } from "./jobs";
import { seal, unseal } from "./secret-box";

/** A private key as it is handed over to be kept; from then on only `credentialsOf` reads it. */
export type ConnectionKey = {
  /** the private JWK as JSON */
  privateJwk: string;
  algorithm: "RS384" | "ES384";
  keyId: string;
  thumbprint: string;
  kind: string;
};

export type NewConnection = {
  name: string;
  /** no trailing slash */
  fhirBaseUrl: string;
  auth: AuthKind;
  tokenUrl: string | null;
  clientId: string | null;
  scope: string | null;
  key: ConnectionKey | null;
  /** the pairs that Bulkhouse made, of which `key` is the current one */
  madeKeys?: MadeKeys;
  bearerToken?: string | null;
  jwksUrl?: string | null;
  /** chosen by a person; null: found out */
  dialect?: Dialect | null;
  allowedHosts?: string[];
  createdBy: string;
};

export type Credentials = {
  connectionId: string;
  name: string;
  fhirBaseUrl: string;
  auth: AuthKind;
  tokenUrl: string | null;
  clientId: string | null;
  /** JSON */
  privateJwk: string | null;
  bearerToken: string | null;
  scope: string | null;
  jwksUrl: string | null;
  allowedHosts: string[];
};

const withJobs = {
  _count: { select: { jobs: true } },
  jobs: {
    orderBy: { createdAt: "desc" },
    take: 1,
    select: { id: true, stage: true, createdAt: true, groupName: true },
  },
  keys: { orderBy: { publishedAt: "asc" }, omit: { privateKeyEncrypted: true } },
} satisfies Prisma.ConnectionInclude;

// The client leaves the private key out of every row that does not ask for it by name.
type Row = Prisma.ConnectionGetPayload<{
  include: typeof withJobs;
  omit: { privateKeyEncrypted: true; bearerTokenEncrypted: true };
}>;

/** Every connection, newest first. */
export async function listConnections(): Promise<ConnectionView[]> {
  const rows = await database().prisma.connection.findMany({
    include: withJobs,
    orderBy: [{ createdAt: "desc" }, { id: "asc" }],
  });
  return rows.map(toView);
}

/** @throws AppError not-found */
export async function getConnection(connectionId: string): Promise<ConnectionView> {
  const where = { id: connectionId };
  const row = await database().prisma.connection.findUnique({ where, include: withJobs });
  if (!row) throw notFound();
  return toView(row);
}

/** Stores a connection; its secrets are sealed before they reach the database. */
export async function createConnection(connection: NewConnection): Promise<ConnectionView> {
  const id = randomUUID();
  await database().prisma.$transaction(async (transaction) => {
    const data = { id, ...columnsOf(connection) };
    await transaction.connection.create({ data, select: { id: true } });
    if (connection.madeKeys) await storeMadeKeys(transaction, id, connection.madeKeys);
  });
  return getConnection(id);
}

/**
 * Changes what is given and keeps the rest. What the last test found does not speak for another
 * server or another key, so it goes when these change; what was found out of a server is not true of
 * another one. A key that is given takes the place of pairs that Bulkhouse made.
 * @throws AppError not-found
 */
export async function changeConnection(
  connectionId: string,
  changes: Partial<Omit<NewConnection, "createdBy">>,
): Promise<ConnectionView> {
  const harmless = ["name", "dialect", "allowedHosts"];
  const stale = Object.keys(changes).some((name) => !harmless.includes(name));
  await database().prisma.$transaction(async (transaction) => {
    const { count } = await transaction.connection.updateMany({
      where: { id: connectionId },
      data: { ...columnsOf(changes), ...(stale ? { lastTest: Prisma.DbNull } : {}) },
    });
    if (count === 0) throw notFound();
    if (changes.fhirBaseUrl !== undefined) {
      const server = { id: connectionId, dialectSource: { not: "person" } };
      await transaction.connection.updateMany({
        where: { id: connectionId },
        data: { capability: Prisma.DbNull },
      });
      const nothing = { dialect: null, dialectSource: null };
      await transaction.connection.updateMany({ where: server, data: nothing });
    }
    if (changes.key !== undefined) {
      await transaction.connectionKey.deleteMany({ where: { connectionId } });
    }
    if (changes.madeKeys) await storeMadeKeys(transaction, connectionId, changes.madeKeys);
  });
  return getConnection(connectionId);
}

/**
 * Removes a connection with its key; its jobs stay readable.
 * @throws AppError not-found, connection-in-use while a job of it has not ended
 */
export async function removeConnection(connectionId: string): Promise<void> {
  const { pool } = database();
  const { rows } = await pool.query<{ removed: number; running: number }>(
    `WITH running AS (
       SELECT count(*)::int AS n FROM export_jobs
       WHERE connection_id = $1 AND stage NOT IN ('done', 'failed', 'cancelled')
     ), removed AS (
       DELETE FROM connections WHERE id = $1 AND (SELECT n FROM running) = 0 RETURNING id
     )
     SELECT (SELECT count(*)::int FROM removed) AS removed, (SELECT n FROM running) AS running`,
    [connectionId],
  );
  const { removed, running } = rows[0] ?? { removed: 0, running: 0 };
  if (running > 0) throw new AppError("connection-in-use", { count: running });
  if (removed === 0) throw notFound();
}

/**
 * All that signing in to the server takes, the private key unsealed: for the pipeline alone.
 * @throws AppError not-found, secret-unreadable
 */
export async function credentialsOf(connectionId: string): Promise<Credentials> {
  // Plain SQL: workers ask this for each file, and need nothing else of Prisma, which takes a new process some 70 MB and
  // a third of a second to begin with.
  const { rows } = await database().pool.query<Credentials>(
    `SELECT id AS "connectionId", name, fhir_base_url AS "fhirBaseUrl", auth, token_url AS "tokenUrl",
       client_id AS "clientId", scope, jwks_url AS "jwksUrl", allowed_hosts AS "allowedHosts",
       private_key_encrypted AS "privateJwk", bearer_token_encrypted AS "bearerToken"
     FROM connections WHERE id = $1`,
    [connectionId],
  );
  const [row] = rows;
  if (!row) throw notFound();
  return {
    ...row,
    privateJwk: row.privateJwk === null ? null : unseal(row.privateJwk),
    bearerToken: row.bearerToken === null ? null : unseal(row.bearerToken),
  };
}

/**
 * The connection that a script's credentials belong to: the one of the same server, client and key
 * (and token URL and scope, where the script names them) or of the same bearer token, else a new one. Two callers at the same
 * time get the same one.
 */
export async function findOrCreateConnection(
  wanted: NewConnection,
): Promise<{ connectionId: string; name: string; created: boolean }> {
  const { fhirBaseUrl, auth, clientId, tokenUrl, scope, key } = wanted;
  const thumbprint = key?.thumbprint ?? tokenPrint(wanted.bearerToken);
  const identity = JSON.stringify([fhirBaseUrl, auth, clientId, thumbprint]);
  return database().prisma.$transaction(async (transaction) => {
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${identity}, 0))`;
    const known = await transaction.connection.findFirst({
      where: {
        fhirBaseUrl,
        auth,
        clientId,
        keyThumbprint: thumbprint,
        ...(key ? { keyId: key.keyId } : {}),
        ...(tokenUrl === null ? {} : { tokenUrl }),
        ...(scope === null ? {} : { scope }),
      },
      orderBy: { createdAt: "asc" },
      select: { id: true, name: true },
    });
    if (known) return { connectionId: known.id, name: known.name, created: false };
    const id = randomUUID();
    const data = { id, ...columnsOf(wanted) };
    await transaction.connection.create({ data, select: { id: true } });
    return { connectionId: id, name: wanted.name, created: true };
  });
}

/** Keeps how the last test went. The connection itself has not changed, so `updated_at` stays. */
export async function saveTest(
  connectionId: string,
  test: NonNullable<ConnectionView["last_test"]>,
): Promise<void> {
  await database().pool.query("UPDATE connections SET last_test = $2 WHERE id = $1", [
    connectionId,
    JSON.stringify(test),
  ]);
}

/** Keeps what the server's CapabilityStatement said. */
export async function saveCapability(connectionId: string, capability: Capability): Promise<void> {
  await database().pool.query("UPDATE connections SET capability = $2 WHERE id = $1", [
    connectionId,
    JSON.stringify(capability),
  ]);
}

type LastExport = NonNullable<GroupList["groups"][number]["last_export"]>;

/** The newest job of each group that was ever exported from this connection, by group id. */
export async function lastExports(connectionId: string): Promise<Map<string, LastExport>> {
  const { rows } = await database().pool.query<{ id: string }>(
    `SELECT DISTINCT ON (group_id) id FROM export_jobs
     WHERE connection_id = $1 AND level = 'group' AND group_id IS NOT NULL
       AND (purpose IS NULL OR purpose = 'changes')
     ORDER BY group_id, created_at DESC`,
    [connectionId],
  );
  const jobs = await jobSummaries(rows.map((row) => row.id));
  return new Map(
    jobs.map((job) => [
      job.group_id ?? "",
      {
        job_id: job.job_id,
        status: job.status,
        created_at: job.created_at,
        records_loaded: job.records_loaded,
        completeness: job.completeness,
        transaction_time: job.transaction_time,
      },
    ]),
  );
}

const notFound = () => new AppError("not-found", { what: "connection" });

/** What a bearer token is known again by: nothing that could be turned back into it. */
const tokenPrint = (token: string | null | undefined): string | null =>
  token ? createHash("sha256").update(`bearer ${token}`).digest("base64url") : null;

/** What is given, as columns: secrets sealed, and who chose the dialect. */
function columnsOf<C extends Partial<NewConnection>>(connection: C) {
  const { key, madeKeys: _made, bearerToken, dialect, ...columns } = connection;
  return {
    ...columns,
    ...keyColumns(key),
    ...(bearerToken === undefined
      ? {}
      : {
          bearerTokenEncrypted: bearerToken ? seal(bearerToken) : null,
          ...(key ? {} : { keyThumbprint: tokenPrint(bearerToken) }),
        }),
    ...(dialect === undefined ? {} : { dialect, dialectSource: dialect ? "person" : null }),
  };
}

/** The key's columns; nothing where the key stays as it is. */
function keyColumns(key: ConnectionKey | null | undefined) {
  if (key === undefined) return {};
  return {
    algorithm: key?.algorithm ?? null,
    keyId: key?.keyId ?? null,
    keyThumbprint: key?.thumbprint ?? null,
    keyKind: key?.kind ?? null,
    privateKeyEncrypted: key ? seal(key.privateJwk) : null,
  };
}

function toView(row: Row): ConnectionView {
  const { algorithm, keyId, keyThumbprint, keyKind } = row;
  const capability = Capability.safeParse(row.capability);
  const dialect = Dialect.safeParse(row.dialect);
  const [job] = row.jobs;
  return {
    connection_id: row.id,
    name: row.name,
    fhir_base_url: row.fhirBaseUrl,
    auth: row.auth,
    token_url: row.tokenUrl,
    client_id: row.clientId,
    scope: row.scope,
    key:
      (algorithm === "RS384" || algorithm === "ES384") && keyId && keyThumbprint
        ? { kind: keyKind ?? "", algorithm, key_id: keyId, thumbprint: keyThumbprint }
        : null,
    has_bearer_token: row.auth === "bearer" && keyThumbprint !== null,
    jwks_url: row.jwksUrl,
    published_keys: publishedKeysOf(row.keys),
    dialect: dialect.success ? dialect.data : null,
    dialect_source: row.dialectSource as ConnectionView["dialect_source"],
    allowed_hosts: row.allowedHosts,
    last_test: row.lastTest as ConnectionView["last_test"],
    capability: capability.success ? capability.data : null,
    jobs: row._count.jobs,
    last_job: job
      ? {
          job_id: job.id,
          status: statusOf[job.stage as JobStage],
          created_at: job.createdAt.toISOString(),
          group_name: job.groupName,
        }
      : null,
    created_by: row.createdBy,
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
  };
}
