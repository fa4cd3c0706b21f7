import { rmSync } from "node:fs";

/** Global tear-down: the run's own data folder goes; the servers have been stopped by then. */
export default function removeData() {
  if (process.env.E2E_DATA_DIR) rmSync(process.env.E2E_DATA_DIR, { recursive: true, force: true });
}
