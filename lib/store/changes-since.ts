import { ExportRequest } from "@/lib/contract/export-request";
import { database } from "./client";

type Level = "system" | "patient" | "group";
type Complete = {
  jobId: string;
  level: Level;
  groupId: string | null;
  request: ExportRequest;
  transactionTime: Date;
};

/** The parameters that say what an export holds, whenever it was made. */
const parametersOf = ({ resource_types, type_filter, include_associated_data }: ExportRequest) =>
  JSON.stringify(
    [resource_types, type_filter, include_associated_data].map((list) => [...(list ?? [])].sort()),
  );

/**
 * Up to when the jobs here hold everything, exports of changes among them: each counts where it begins
 * no later than what was there already ends. So a job that is removed from the middle leaves no gap: the
 * next export of changes begins before it again.
 * @param exports oldest first
 */
function reachedBy(exports: Complete[], like: ExportRequest): Date | null {
  const parameters = parametersOf(like);
  let reached: Date | null = null;
  for (const { request, transactionTime } of exports) {
    if (parametersOf(request) !== parameters) continue;
    const begins: Date | null = request.since ? new Date(request.since) : null;
    if (begins && (reached === null || begins > reached)) continue;
    if (reached === null || transactionTime > reached) reached = transactionTime;
  }
  return reached;
}

async function completeExports(connectionId: string): Promise<Complete[]> {
  const { rows } = await database().pool.query<Omit<Complete, "request"> & { request: unknown }>(
    `SELECT j.id AS "jobId", j.level, j.group_id AS "groupId", j.request,
       j.transaction_time AS "transactionTime"
     FROM current_exports AS e JOIN export_jobs AS j ON j.id = e.etl_job_id
     WHERE e.connection_id = $1 AND e.complete AND j.transaction_time IS NOT NULL
       AND NOT j.request ?| ARRAY['patient', 'until']
       -- A group that was empty or unknown is no whole to which changes could be added.
       AND j.warning IS DISTINCT FROM 'empty-group'
     ORDER BY j.transaction_time, j.created_at`,
    [connectionId],
  );
  return rows.map((row) => ({ ...row, request: ExportRequest.parse(row.request) }));
}

/**
 * The `_since` of an export of what changed after those that are here, of one source and with the same
 * parameters: the server's own transactionTime (Bulk Data Access, Group Membership Request Pattern).
 * @returns null where no whole export with these parameters is here
 */
export async function changesSince(source: {
  connectionId: string;
  level: Level;
  groupId: string | null;
  request: ExportRequest;
}): Promise<Date | null> {
  const exports = (await completeExports(source.connectionId)).filter(
    ({ level, groupId }) => level === source.level && groupId === source.groupId,
  );
  return reachedBy(exports, source.request);
}

/** Of each group with a whole export: its newest export, with whose parameters changes could be asked for. */
export async function groupsWithChanges(
  connectionId: string,
): Promise<Map<string, { job_id: string; since: string }>> {
  const byGroup = new Map<string, Complete[]>();
  for (const one of await completeExports(connectionId)) {
    if (one.level !== "group" || one.groupId === null) continue;
    const exports = byGroup.get(one.groupId);
    if (exports) exports.push(one);
    else byGroup.set(one.groupId, [one]);
  }
  const found = new Map<string, { job_id: string; since: string }>();
  for (const [groupId, exports] of byGroup) {
    for (const { jobId, request } of [...exports].reverse()) {
      const since = reachedBy(exports, request);
      if (!since) continue;
      found.set(groupId, { job_id: jobId, since: since.toISOString() });
      break;
    }
  }
  return found;
}
