import { inTransaction } from "./claims";
import { database } from "./client";
import { rollUpsLock } from "./drop-roll-ups";
import { LeaseLost } from "./lease-lost";
import { writePeople } from "./write-people";

// Which settled job's people are made, and by whom: a lease in `roll_up_jobs`, as in claims.ts. Whatever makes a job's
// roll-ups anew writes that row anew, and the lease is lost with it.

export type ClaimedPeople = { jobId: string; holder: string };

/** While others load, nobody's charts of some sexes and ages wait longer than so. */
const patienceMinutes = 10;

/**
 * Takes the settled job that was made last of those whose people are not known. One at a time in the whole
 * installation, and none while a job downloads or loads, unless it has waited ten minutes.
 * @param holder a token that no other claim uses
 * @returns null where there is none
 */
export async function claimPeople(
  holder: string,
  leaseSeconds: number,
): Promise<ClaimedPeople | null> {
  const { rows } = await database().pool.query<{ etl_job_id: string }>(
    `UPDATE roll_up_jobs SET locked_by = $1, locked_until = now() + make_interval(secs => $2)
     WHERE etl_job_id = (
       SELECT r.etl_job_id FROM roll_up_jobs r
       WHERE r.settled AND NOT r.people AND (r.locked_until IS NULL OR r.locked_until <= now())
         AND NOT EXISTS (SELECT FROM roll_up_jobs o WHERE o.locked_by IS NOT NULL AND o.locked_until > now())
         AND (r.made_at < now() - interval '${patienceMinutes} minutes'
           OR NOT EXISTS (SELECT FROM export_jobs j WHERE j.stage IN ('download', 'load')))
       ORDER BY r.made_at DESC
       LIMIT 1
       FOR NO KEY UPDATE OF r SKIP LOCKED)
     RETURNING etl_job_id`,
    [holder, leaseSeconds],
  );
  return rows[0] ? { jobId: rows[0].etl_job_id, holder } : null;
}

/** Prolongs the lease. @returns false where it is lost */
export async function renewPeople(
  { jobId, holder }: ClaimedPeople,
  leaseSeconds: number,
): Promise<boolean> {
  const { rowCount } = await database().pool.query(
    `UPDATE roll_up_jobs SET locked_until = now() + make_interval(secs => $3)
     WHERE etl_job_id = $1 AND locked_by = $2`,
    [jobId, holder, leaseSeconds],
  );
  return rowCount === 1;
}

/** Gives it back, for now or for some minutes. */
export async function releasePeople({ jobId, holder }: ClaimedPeople, minutes = 0): Promise<void> {
  await database().pool.query(
    `UPDATE roll_up_jobs SET locked_by = NULL, locked_until = now() + make_interval(mins => $3)
     WHERE etl_job_id = $1 AND locked_by = $2`,
    [jobId, holder, minutes],
  );
}

/**
 * Makes what charts of some sexes and ages read of the job, in one transaction, on a connection of those that
 * nobody's page waits behind. Where a chart made it meanwhile there is nothing left to do.
 * @param signal what PostgreSQL is doing is broken off, and nothing of it stays
 * @throws LeaseLost; the signal's reason; the database's error
 */
export async function writeClaimedPeople(
  { jobId, holder }: ClaimedPeople,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const { pool, background } = database();
  await inTransaction(async (client) => {
    const { rows } = await client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
    let broken: Promise<unknown> | undefined;
    const breakOff = () => {
      // Where that does not arrive, what is written fails at the lease.
      broken = pool.query("SELECT pg_cancel_backend($1)", [rows[0]?.pid]).catch(() => {});
    };
    signal.addEventListener("abort", breakOff, { once: true });
    try {
      await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
        rollUpsLock(jobId),
      ]);
      const lacking = await client.query(
        "SELECT FROM roll_up_jobs WHERE etl_job_id = $1 AND settled AND NOT people",
        [jobId],
      );
      signal.throwIfAborted();
      if (lacking.rowCount) await writePeople(client, jobId);
      const { rowCount } = await client.query(
        `UPDATE roll_up_jobs SET locked_by = NULL, locked_until = NULL
         WHERE etl_job_id = $1 AND locked_by = $2`,
        [jobId, holder],
      );
      if (rowCount !== 1) throw new LeaseLost(`people of job ${jobId}`);
    } finally {
      signal.removeEventListener("abort", breakOff);
      // It must not break off what this connection does next.
      await broken;
    }
  }, background);
}
