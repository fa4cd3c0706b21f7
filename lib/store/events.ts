import type pg from "pg";
import type { EventList, EventsQuery } from "@/lib/contract/job";
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

/** Events that tell of a failure, and those of each side of a job. */
const about: Record<EventsQuery["about"], { events: EventName[] | null; failed: boolean }> = {
  all: { events: null, failed: false },
  problems: {
    events: ["status_error", "download_error", "load_error", "export_failed", "links_expired"],
    failed: true,
  },
  server: {
    events: [
      "kickoff",
      "status_progress",
      "status_error",
      "status_page_complete",
      "status_complete",
      "manifest_complete",
      "export_deleted",
      "search_instead",
    ],
    failed: false,
  },
  files: {
    events: [
      "download_request",
      "download_complete",
      "download_error",
      "load_complete",
      "load_error",
      "links_expired",
    ],
    failed: false,
  },
};

/**
 * The job's log in order; at most `limit` lines after the event `after`, so that a reader can go on
 * where it stopped. Without `after`: the newest ones.
 */
export async function listEvents(
  jobId: string,
  query: Partial<EventsQuery> = {},
): Promise<EventList> {
  const { after, limit = 1000 } = query;
  const { events, failed } = about[query.about ?? "all"];
  const like = query.q ? `%${query.q.trim().replace(/[\\%_]/g, "\\$&")}%` : null;
  const where = `job_id = $1
    AND ($2::text[] IS NULL OR event = ANY($2) OR ($3 AND event = 'kickoff' AND detail ? 'code'))
    AND ($4::text IS NULL OR event ILIKE $4 OR detail::text ILIKE $4 OR event = ANY($5::text[]))`;
  const values = [jobId, events, failed, like, query.named?.split(",") ?? []];
  const { pool } = database();
  const [counted, { rows }] = await Promise.all([
    pool.query<{ total: number }>(
      `SELECT count(*)::int AS total FROM export_events WHERE ${where}`,
      values,
    ),
    pool.query<{ id: string; at: Date; event: string; detail: Record<string, unknown> }>(
      `SELECT id, at, event, detail FROM export_events
       WHERE ${where} AND ($6::bigint IS NULL OR id > $6)
       ORDER BY id ${after === undefined ? "DESC" : "ASC"} LIMIT $7`,
      [...values, after ?? null, limit],
    ),
  ]);
  if (after === undefined) rows.reverse();
  return {
    events: rows.map((row) => ({ ...row, id: Number(row.id), at: row.at.toISOString() })),
    total: counted.rows[0]?.total ?? 0,
  };
}

/** A link for the log: signed links carry their secret in the query. */
export function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, "");
}
