import { readFileSync } from "node:fs";
import type pg from "pg";
import { lowerPriority } from "./lower-priority";

/** Of a connection of `pg`, what it does not publish: the process that serves it, and its own port. */
type Served = { processID?: number | null; connection?: { stream?: { localPort?: number } } };

/**
 * What `standBack` does, for PostgreSQL's processes that serve this pool: a load costs them as much as
 * the worker. Only where they run on this machine: a number alone could be another program's here, so
 * the process must say that it serves our very port.
 */
export function standBackIn(pool: pg.Pool): void {
  pool.on("connect", (client) => {
    const { processID: pid, connection } = client as Served;
    const port = connection?.stream?.localPort;
    if (!pid || !port) return;
    let title: string;
    try {
      title = readFileSync(`/proc/${pid}/cmdline`, "utf8");
    } catch {
      return;
    }
    // "postgres: user database 127.0.0.1(40512) idle"; each leads a session of its own.
    if (title.startsWith("postgres: ") && title.includes(`(${port})`)) {
      lowerPriority(pid, { leadsSession: true });
    }
  });
}
