import { database } from "./client";

/** The sign of life of a worker process; health and the about page read it. */
export async function beat(worker: { id: string; host: string; pid: number }): Promise<void> {
  await database().pool.query(
    `INSERT INTO workers (id, host, pid) VALUES ($1, $2, $3)
     ON CONFLICT (id) DO UPDATE SET heartbeat_at = now()`,
    [worker.id, worker.host, worker.pid],
  );
}

/** A worker that ends says so; and it clears away those that were killed and never could. */
export async function forgetWorker(workerId: string): Promise<void> {
  await database().pool.query(
    "DELETE FROM workers WHERE id = $1 OR heartbeat_at < now() - interval '1 day'",
    [workerId],
  );
}

/** Is there a worker that gave a sign of life in the last `seconds`? */
export async function isWorkerAlive(seconds: number): Promise<boolean> {
  const { rows } = await database().pool.query<{ alive: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM workers
       WHERE heartbeat_at > now() - make_interval(secs => $1)) AS alive`,
    [seconds],
  );
  return rows[0]?.alive ?? false;
}
