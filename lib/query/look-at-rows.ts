import { inTransaction } from "@/lib/store/claims";
import { database } from "@/lib/store/client";
import { rollUpsLock } from "@/lib/store/drop-roll-ups";
import { writeRollUps } from "@/lib/store/write-roll-ups";

/** What this process is looking at: one look a job at a time, whoever asks. */
const looking = new Map<string, Promise<void>>();

const look = (jobId: string, bytes: number) =>
  inTransaction(async (client) => {
    // Who holds it makes them too: another web process, or the worker that settles the job.
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
      rollUpsLock(jobId),
    ]);
    // A statement of its own, so that it sees what the former holder has written.
    const made = await client.query(
      "SELECT FROM roll_up_jobs WHERE etl_job_id = $1 AND (settled OR seen_bytes >= $2)",
      [jobId, bytes],
    );
    if (made.rowCount === 0) {
      await writeRollUps(client, jobId, { bytes, startedAt: performance.now() });
    }
  }, database().background);

/**
 * Makes roll-ups of a job that is not settled, of the rows that are there now, so that its charts cost
 * what those of other jobs cost. Where somebody else makes them at this moment, that is waited for.
 * @param bytes of its files that are rows, read before
 */
export function lookAtRows(jobId: string, bytes: number): Promise<void> {
  const running = looking.get(jobId);
  if (running) return running;
  const started = look(jobId, bytes).finally(() => looking.delete(jobId));
  looking.set(jobId, started);
  return started;
}
