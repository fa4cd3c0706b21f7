import type { PoolClient } from "pg";
import { database } from "@/lib/store/client";
import { databaseFailure } from "./database-failure";

/**
 * Lends one connection of the pool to `work`. A connection on which something failed is closed, not
 * reused: a COPY may have been left half-way.
 * @throws AppError database-unavailable, disk-full; anything else as it was thrown
 */
export async function withClient<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
  let client: PoolClient;
  try {
    client = await database().pool.connect();
  } catch (error) {
    throw databaseFailure(error);
  }
  // A connection that dies between two statements is reported by the next one.
  const ignore = () => {};
  client.on("error", ignore);
  try {
    const result = await work(client);
    client.off("error", ignore);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw databaseFailure(error);
  }
}
