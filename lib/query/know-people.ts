import { inTransaction } from "@/lib/store/claims";
import { rollUpsLock } from "@/lib/store/drop-roll-ups";
import { writePeople } from "@/lib/store/write-people";

/** What this process is making: once a job, whoever asks. */
const making = new Map<string, Promise<void>>();

const make = (jobId: string) =>
  inTransaction(async (client) => {
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
      rollUpsLock(jobId),
    ]);
    // A statement of its own, so that it sees what the former holder of the lock has written.
    const lacking = await client.query(
      "SELECT FROM roll_up_jobs WHERE etl_job_id = $1 AND NOT people",
      [jobId],
    );
    if (lacking.rowCount) await writePeople(client, jobId);
  });

/** Makes what filters need of jobs that have roll-ups without it, two jobs at a time: until a worker has (see people-claims). It is kept. */
export async function knowPeople(jobIds: string[]): Promise<void> {
  const left = [...jobIds];
  const lane = async () => {
    for (let id = left.shift(); id; id = left.shift()) {
      const jobId = id;
      const running = making.get(jobId) ?? make(jobId).finally(() => making.delete(jobId));
      making.set(jobId, running);
      await running;
    }
  };
  await Promise.all([lane(), lane()]);
}
