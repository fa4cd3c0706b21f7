import { Capability } from "@/lib/contract/connection";
import { Dialect } from "@/lib/contract/export-request";
import { database } from "./client";

/** How the server of a connection wants its lists, as far as it is known, and what it said of itself. */
export async function knownDialect(
  connectionId: string,
): Promise<{ dialect: Dialect | null; capability: Capability | null }> {
  const row = await database().prisma.connection.findUnique({
    where: { id: connectionId },
    select: { dialect: true, capability: true },
  });
  const dialect = Dialect.safeParse(row?.dialect);
  const capability = Capability.safeParse(row?.capability);
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
