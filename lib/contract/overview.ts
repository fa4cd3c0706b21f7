import { z } from "zod";
import { JobSummary } from "./job";

/** A connection that somebody must see to. */
export const ConnectionInNeed = z.object({
  connection_id: z.uuid(),
  name: z.string(),
  /** what ends or has ended, or the last test that failed */
  what: z.enum(["registration", "token", "test"]),
  ended: z.boolean(),
  at: z.iso.datetime().nullable(),
});
export type ConnectionInNeed = z.infer<typeof ConnectionInNeed>;

/** `GET /api/overview`: what runs, what needs attention, totals, the last jobs. */
export const Overview = z.object({
  running: z.array(JobSummary),
  /** failed ones first, then those of which something is missing, then others with a warning */
  attention: z.array(JobSummary),
  connections: z.array(ConnectionInNeed),
  recent: z.array(JobSummary),
  totals: z.object({
    connections: z.number().int(),
    jobs: z.number().int(),
    patients: z.number().int(),
    resources: z.number().int(),
    /** documents that resources name by their address, fetched */
    attachments: z.number().int(),
    database_bytes: z.number().int(),
    /** files of exports and attachments, as they were received */
    bulk_bytes: z.number().int(),
    /** what may still be written beside them; null where that cannot be told */
    free_bytes: z.number().int().nullable(),
  }),
});
export type Overview = z.infer<typeof Overview>;

/** `GET /api/health`. */
export const Health = z.object({
  status: z.enum(["ok", "not-ready"]),
  database: z.boolean(),
  migrations: z.boolean(),
  worker: z.boolean(),
  missing: z.array(z.string()),
  version: z.string(),
});
export type Health = z.infer<typeof Health>;
