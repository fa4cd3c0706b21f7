import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { getPriority } from "node:os";
import pg from "pg";
import { expect, test } from "vitest";
import { freshDatabase } from "./fresh-database";
import { standBackIn } from "./stand-back-in";

const url = await freshDatabase();

async function served(before: (pool: pg.Pool) => void): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  before(pool);
  try {
    const { rows } = await pool.query("SELECT pg_backend_pid() AS pid");
    const pid: number = rows[0].pid;
    // A server elsewhere has other numbers.
    const title = () => readFileSync(`/proc/${pid}/cmdline`, "utf8");
    const here = process.platform === "linux" && title().includes(new URL(url).pathname.slice(1));
    return here ? getPriority(pid) : Number.NaN;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return Number.NaN;
  } finally {
    await pool.end();
  }
}

test("the process that serves a connection of the pool waits for others, no other does", async ({
  skip,
}) => {
  const usual = await served(() => {});
  if (Number.isNaN(usual)) skip("PostgreSQL runs elsewhere");
  expect(await served(standBackIn)).toBe(Math.max(usual, 10));
});

test("a process that does not say that it serves our port is left alone", () => {
  const before = getPriority(process.pid);
  const pool = new EventEmitter();
  standBackIn(pool as pg.Pool);
  pool.emit("connect", {
    processID: process.pid,
    connection: { stream: { localPort: 40_512 } },
  });
  expect(getPriority(process.pid)).toBe(before);
});
