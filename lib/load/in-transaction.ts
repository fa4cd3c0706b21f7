import type { PoolClient } from "pg";

/**
 * Runs `work` between BEGIN and COMMIT; rolls back and rethrows where it fails.
 * @throws whatever `work` throws
 */
export async function inTransaction<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  await client.query("BEGIN");
  try {
    const result = await work();
    await client.query("COMMIT");
    return result;
  } catch (error) {
    // A connection that is gone cannot roll back; the server does it, and the first error tells more.
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}
