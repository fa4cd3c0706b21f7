import type pg from "pg";
import type { EventList } from "@/lib/contract/job";
import { database } from "./client";

/**
 * The names of the field's standard export log ("Bulk Data Export Log Items", log version 2), so
 * that a log of ours can be compared with others', and below them a few of our own.
 */
export type EventName =
  | "kickoff"
  | "status_progress"
  | "status_error"
  | "status_page_complete"
  | "status_complete"
  | "manifest_complete"
  | "download_request"
  | "download_complete"
  | "download_error"
  | "export_complete"
  | "links_expired"
  | "search_instead"
  | "search_references"
  | "membership"
  | "load_complete"
  | "load_error"
  | "export_failed"
  | "export_deleted"
  | "cancel"
  | "retry"
  | "resume";

type NewEvent = { jobId: string; event: EventName; detail?: Record<string, unknown> };

/**
 * Appends lines to the logs of jobs, in order. Never a patient's id, name or data; never a token.
 * @param runner the client of a transaction, or the pool
 */
export async function addEvents(
  runner: Pick<pg.ClientBase, "query"> | pg.Pool,
  events: readonly NewEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await runner.query(
    `INSERT INTO export_events (job_id, event, detail)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::jsonb[])`,
    [
      events.map(({ jobId }) => jobId),
      events.map(({ event }) => event),
      events.map(({ detail }) => JSON.stringify(detail ?? {})),
    ],
  );
}

/** As addEvents, for one line. */
export const addEvent = (
  runner: Pick<pg.ClientBase, "query"> | pg.Pool,
  jobId: string,
  event: EventName,
  detail: Record<string, unknown> = {},
): Promise<void> => addEvents(runner, [{ jobId, event, detail }]);

/**
 * The job's log in order; at most `limit` lines after the event `after`, so that a reader can go on
 * where it stopped. Without `after`: the newest ones.
 */
export async function listEvents(
  jobId: string,
  { after, limit = 1000 }: { after?: number; limit?: number } = {},
): Promise<EventList> {
  const rows = await database().prisma.exportEvent.findMany({
    where: { jobId, ...(after === undefined ? {} : { id: { gt: after } }) },
    orderBy: { id: after === undefined ? "desc" : "asc" },
    take: limit,
  });
  if (after === undefined) rows.reverse();
  return {
    events: rows.map((row) => ({
      id: Number(row.id),
      at: row.at.toISOString(),
      event: row.event,
      detail: row.detail as Record<string, unknown>,
    })),
  };
}

/** A link for the log: signed links carry their secret in the query. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, "");
}
