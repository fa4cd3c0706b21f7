import { randomUUID } from "node:crypto";
import { inTransaction } from "./claims";
import { insertJobs, type NewJob } from "./create-job";

/** Between the kick-offs of two jobs of a batch: servers often allow one export at a time. */
const apartSeconds = 5;

/**
 * Stores the jobs of an export of changes as one batch: of a group, who is in it now, and what changed
 * since; of anything else what changed alone. Where one is under way for the same source already, it is
 * that one: two clicks are one export.
 * @param job as the earlier export was, without `since`
 * @param options.batchId of jobs that are started with it
 * @param options.delaySeconds between the list of members and the changes
 */
export function startIncremental(
  job: Omit<NewJob, "batchId" | "purpose">,
  since: Date,
  { batchId = randomUUID() as string, delaySeconds = apartSeconds } = {},
): Promise<{ batchId: string; jobIds: string[] }> {
  const { connectionId, level, groupId } = job;
  return inTransaction(async (client) => {
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
      `bulkhouse incremental ${JSON.stringify([connectionId, level, groupId])}`,
    ]);
    const running = await client.query<{ batch_id: string; ids: string[] }>(
      `SELECT batch_id, array_agg(id ORDER BY created_at) AS ids FROM export_jobs AS j
       WHERE connection_id = $1 AND level = $2 AND group_id IS NOT DISTINCT FROM $3
         AND purpose IS NOT NULL AND batch_id IS NOT NULL AND EXISTS (
           SELECT 1 FROM export_jobs AS r WHERE r.batch_id = j.batch_id
             AND r.group_id IS NOT DISTINCT FROM j.group_id
             AND r.stage NOT IN ('done', 'failed', 'cancelled'))
       GROUP BY batch_id LIMIT 1`,
      [connectionId, level, groupId],
    );
    const [under] = running.rows;
    if (under) return { batchId: under.batch_id, jobIds: under.ids };
    const { request } = job;
    const startsIn = job.delaySeconds ?? 0;
    const changes: NewJob = {
      ...job,
      batchId,
      purpose: "changes",
      request: { ...request, since: since.toISOString() },
    };
    // Where both can have a member that joins in between, the list comes first: whoever is not in it is
    // new to the next one.
    const members: NewJob = {
      ...job,
      batchId,
      purpose: "members",
      request: { resource_types: ["Patient"], elements: ["id"], ...limitsOf(request) },
      membership: { request },
    };
    const jobs =
      level === "group"
        ? [members, { ...changes, delaySeconds: startsIn + delaySeconds }]
        : [changes];
    return { batchId, jobIds: await insertJobs(client, jobs) };
  });
}

/** What a person chose for the way of asking, rather than for what comes. */
const limitsOf = ({ mode, lenient, limit_hours, stall_hours }: NewJob["request"]) => ({
  ...(mode && { mode }),
  ...(lenient && { lenient }),
  ...(limit_hours && { limit_hours }),
  ...(stall_hours && { stall_hours }),
});
