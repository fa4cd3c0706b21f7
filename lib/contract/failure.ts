import { z } from "zod";

/** The body of every error answer. `error` is English; the browser renders `code` + `params` by locale. */
export const Failure = z.object({
  error: z.string(),
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type Failure = z.infer<typeof Failure>;
