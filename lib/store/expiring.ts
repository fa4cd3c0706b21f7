import type { ConnectionInNeed } from "@/lib/contract/overview";
import { database } from "./client";
import { unseal } from "./secret-box";

/** Told a week before. */
const aheadMs = 7 * 86_400_000;

/** When a JWT ends (RFC 7519, exp), in milliseconds since 1970; null where it is none or does not say. */
export function expiryOf(token: string): number | null {
  const [, payload, signature] = token.split(".");
  if (!payload || signature === undefined) return null;
  try {
    const { exp } = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as {
      exp?: unknown;
    };
    return typeof exp === "number" ? exp * 1_000 : null;
  } catch {
    return null;
  }
}

/**
 * Connections that somebody must see to: a registration or a token that ends (some servers, the SMART
 * reference server among them, write its end into the client id), or a last test that failed.
 */
export async function connectionsInNeed(now = Date.now()): Promise<ConnectionInNeed[]> {
  const { rows } = await database().pool.query<{
    id: string;
    name: string;
    client_id: string | null;
    token: string | null;
    tested_at: string | null;
    test_ok: boolean | null;
  }>(
    `SELECT id, name, client_id, bearer_token_encrypted AS token, last_test->>'at' AS tested_at,
       (last_test->>'ok')::boolean AS test_ok
     FROM connections ORDER BY name, id`,
  );
  return rows.flatMap((row): ConnectionInNeed[] => {
    const named = { connection_id: row.id, name: row.name };
    const ends = [
      { what: "registration" as const, at: row.client_id ? expiryOf(row.client_id) : null },
      { what: "token" as const, at: row.token ? expiryOf(unseal(row.token)) : null },
    ];
    const found = ends.flatMap(({ what, at }) =>
      at === null || at > now + aheadMs
        ? []
        : [{ ...named, what, ended: at <= now, at: new Date(at).toISOString() }],
    );
    if (found.length > 0) return found;
    return row.test_ok === false
      ? [{ ...named, what: "test" as const, ended: true, at: row.tested_at }]
      : [];
  });
}
