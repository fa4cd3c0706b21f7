import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { ApiKeyScope, ApiKeyView, CreateApiKeyAnswer } from "@/lib/contract/settings";
import { AppError } from "@/lib/errors";
import { database } from "@/lib/store/client";
import type { Actor } from "./actor";

const hashOf = (key: string) => createHash("sha256").update(key).digest("hex");

type Row = {
  id: string;
  name: string;
  prefix: string;
  scope: ApiKeyScope;
  createdBy: string | null;
  createdAt: Date;
  lastUsedAt: Date | null;
  lastUsedIp: string | null;
  expiresAt: Date | null;
};

const view = (row: Row): ApiKeyView => ({
  api_key_id: row.id,
  name: row.name,
  prefix: row.prefix,
  scope: row.scope,
  created_by: row.createdBy,
  created_at: row.createdAt.toISOString(),
  last_used_at: row.lastUsedAt?.toISOString() ?? null,
  last_used_ip: row.lastUsedIp,
  expires_at: row.expiresAt?.toISOString() ?? null,
});

/** Makes a key of 256 random bits; only its hash is stored, so the answer is the only place to read it. */
export async function createApiKey(input: {
  name: string;
  scope: ApiKeyScope;
  createdBy: string | null;
  /** ISO 8601 */
  expires_at?: string;
}): Promise<CreateApiKeyAnswer> {
  const key = `bh_${randomBytes(32).toString("base64url")}`;
  const row = await database().prisma.apiKey.create({
    data: {
      id: randomUUID(),
      name: input.name,
      scope: input.scope,
      createdBy: input.createdBy,
      expiresAt: input.expires_at,
      prefix: key.slice(0, 9),
      keyHash: hashOf(key),
    },
  });
  return { ...view(row), key };
}

/**
 * Registers ETL_API_KEY at start: once, and again valid if it had been revoked. The key that stood
 * there before ends: who changes the setting means to replace it.
 */
export async function registerApiKey(key: string, name: string): Promise<void> {
  const { prisma } = database();
  await prisma.apiKey.updateMany({
    where: { name, createdBy: "system", revokedAt: null, NOT: { keyHash: hashOf(key) } },
    data: { revokedAt: new Date() },
  });
  await prisma.apiKey.upsert({
    where: { keyHash: hashOf(key) },
    create: {
      id: randomUUID(),
      name,
      scope: "write",
      prefix: key.slice(0, 6),
      keyHash: hashOf(key),
      createdBy: "system",
    },
    update: { revokedAt: null },
  });
}

/** Administrators see and revoke every key, other people their own. */
const visibleTo = (actor: Pick<Actor, "role" | "label">) =>
  actor.role === "admin" ? {} : { createdBy: actor.label };

/** The keys that were not revoked and that this person may see, newest first; expired ones among them. */
export async function listApiKeys(actor: Pick<Actor, "role" | "label">): Promise<ApiKeyView[]> {
  const rows = await database().prisma.apiKey.findMany({
    where: { revokedAt: null, ...visibleTo(actor) },
    orderBy: { createdAt: "desc" },
  });
  return rows.map(view);
}

/** @throws AppError not-found, also where the key is somebody else's */
export async function revokeApiKey(
  apiKeyId: string,
  actor: Pick<Actor, "role" | "label">,
): Promise<void> {
  const { count } = await database().prisma.apiKey.updateMany({
    where: { id: apiKeyId, revokedAt: null, ...visibleTo(actor) },
    data: { revokedAt: new Date() },
  });
  if (count === 0) throw new AppError("not-found", { what: "api_key" });
}

/**
 * Who an `Authorization` header stands for: `Bearer KEY`, or Basic with the key as password (scripts
 * that cannot set headers write http://api:KEY@host).
 * @param from the caller's address, as far as it is known
 * @returns null where the header is absent or of another scheme
 * @throws AppError api-key-refused
 */
export async function actorOfHeader(
  header: string | null,
  from: string | null = null,
): Promise<Actor | null> {
  const [scheme, value] = header?.split(/\s+/, 2) ?? [];
  let key: string;
  if (!value) return null;
  if (/^bearer$/i.test(scheme ?? "")) key = value;
  else if (/^basic$/i.test(scheme ?? "")) {
    const decoded = Buffer.from(value, "base64").toString("utf8");
    key = decoded.slice(decoded.indexOf(":") + 1);
  } else return null;
  // Asked by every poll of a script: prepared once a connection, and past Prisma. Once a minute is exact
  // enough for "last used" and spares a write at each.
  const { pool } = database();
  const { rows } = await pool.query<{
    id: string;
    prefix: string;
    scope: ApiKeyScope;
    stale: boolean;
  }>({
    name: "actor-of-key",
    text: `SELECT id, prefix, scope,
                  last_used_at IS NULL OR last_used_at < now() - interval '1 minute' AS stale
             FROM api_keys
            WHERE key_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())`,
    values: [hashOf(key)],
  });
  const [row] = rows;
  if (!row) throw new AppError("api-key-refused");
  if (row.stale)
    await pool.query("UPDATE api_keys SET last_used_at = now(), last_used_ip = $2 WHERE id = $1", [
      row.id,
      from,
    ]);
  return {
    kind: "key",
    label: `key:${row.prefix}`,
    role: row.scope === "write" ? "operator" : "viewer",
  };
}
