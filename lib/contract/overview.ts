import { z } from "zod";
import { JobSummary } from "./job";

/** `GET /api/overview`: what runs, what needs attention, totals, the last jobs. */
export const Overview = z.object({
  running: z.array(JobSummary),
  attention: z.array(JobSummary),
  recent: z.array(JobSummary),
  totals: z.object({
    connections: z.number().int(),
    jobs: z.number().int(),
    patients: z.number().int(),
    resources: z.number().int(),
    database_bytes: z.number().int(),
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
