import { database } from "@/lib/store/client";
import { rollUpsLock } from "@/lib/store/drop-roll-ups";
import { writeRollUps } from "@/lib/store/write-roll-ups";

/** What this process is looking at: one look a job at a time, whoever asks. */
const looking = new Map<string, Promise<void>>();

async function look(jobId: string, bytes: number): Promise<void> {
  const client = await database().pool.connect();
  try {
    await client.query("BEGIN");
    // Who holds it makes them too: another web process, or the worker that settles the job.
    const lock = await client.query<{ mine: boolean }>(
      "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS mine",
      [rollUpsLock(jobId)],
    );
    // A statement of its own, so that it sees what the former holder has written.
    const settled = await client.query(
      "SELECT FROM roll_up_jobs WHERE etl_job_id = $1 AND settled",
      [jobId],
    );
    if (lock.rows[0]?.mine && settled.rowCount === 0) {
      await writeRollUps(client, jobId, { bytes, startedAt: performance.now() });
    }
    await client.query("COMMIT");
    client.release();
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/**
 * Makes roll-ups of a job that is not settled, of the rows that are there now, so that its charts cost
 * what those of other jobs cost. Nothing happens where somebody else makes them at this moment.
 * @param bytes of its files that are rows, read before
 */
export function lookAtRows(jobId: string, bytes: number): Promise<void> {
  const running = looking.get(jobId);
  if (running) return running;
  const started = look(jobId, bytes).finally(() => looking.delete(jobId));
  looking.set(jobId, started);
  return started;
}
