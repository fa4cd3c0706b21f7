import { Capability } from "@/lib/contract/connection";
import { Dialect } from "@/lib/contract/export-request";
import { database } from "./client";

/** How the server of a connection wants its lists, as far as it is known, and what it said of itself. */
export async function knownDialect(
  connectionId: string,
): Promise<{ dialect: Dialect | null; capability: Capability | null }> {
  const { rows } = await database().pool.query<{ dialect: unknown; capability: unknown }>(
    "SELECT dialect, capability FROM connections WHERE id = $1",
    [connectionId],
  );
  const dialect = Dialect.safeParse(rows[0]?.dialect);
  const capability = Capability.safeParse(rows[0]?.capability);
  return {
    dialect: dialect.success ? dialect.data : null,
    capability: capability.success ? capability.data : null,
  };
}

/**
 * Keeps what was learnt; what a person chose stays. The connection itself has not changed, so
 * `updated_at` stays.
 * @param source "server": its CapabilityStatement tells; "refusal": it refused the other form
 */
export async function rememberDialect(
  connectionId: string,
  dialect: Dialect,
  source: "server" | "refusal",
): Promise<void> {
  await database().pool.query(
    `UPDATE connections SET dialect = $2, dialect_source = $3
     WHERE id = $1 AND dialect_source IS DISTINCT FROM 'person'`,
    [connectionId, dialect, source],
  );
}
