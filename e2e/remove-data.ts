import { rmSync } from "node:fs";
import type { Reporter } from "@playwright/test/reporter";

/**
 * The run's own data folder goes when everything has ended: a global tear-down comes before the servers are
 * stopped, and a PostgreSQL whose folder is gone does not stop any more.
 */
export default class RemoveData implements Reporter {
  printsToStdio() {
    return false;
  }

  async onExit() {
    if (process.env.E2E_DATA_DIR)
      rmSync(process.env.E2E_DATA_DIR, { recursive: true, force: true });
  }
}
