import type { Health } from "@/lib/contract/overview";
import { env } from "@/lib/settings/env";
import { database } from "./client";
import { pendingMigrations } from "./migrate";
import { versionOf } from "./version-of";
import { isWorkerAlive } from "./workers";

/** Workers say that they live every five seconds. */
const silenceSeconds = 20;

/** Is everything there that an export needs? Never throws; what is missing is named. */
export async function health(): Promise<Health> {
  const state = { database: false, migrations: false, worker: false };
  try {
    const { pool } = database();
    await pool.query("SELECT 1");
    state.database = true;
    state.migrations = (await pendingMigrations(pool)).length === 0;
    if (state.migrations) {
      state.worker = await isWorkerAlive(Math.max(silenceSeconds, 2 * env().WORKER_LEASE_SECONDS));
    }
  } catch {
    // What could not be asked is missing: that is the answer.
  }
  const missing = Object.entries(state)
    .filter(([, there]) => !there)
    .map(([name]) => name);
  return {
    status: missing.length === 0 ? "ok" : "not-ready",
    ...state,
    missing,
    version: await versionOf(),
  };
}
