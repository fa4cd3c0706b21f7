import { z } from "zod";

/** A query string's `job=a&job=b` or `job=a,b`; absent: all jobs. */
const JobIds = z.preprocess((value) => {
  const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return list.flatMap((item) => String(item).split(",")).filter(Boolean);
}, z.array(z.uuid()).max(200));

export const ChartQuery = z.object({
  job: JobIds,
  /** observation code, for the charts that need one */
  code: z.string().max(200).optional(),
  unit: z.string().max(100).optional(),
});
export type ChartQuery = z.infer<typeof ChartQuery>;

/** The charts; `GET /api/charts/{chart}` answers with the shape of the same name in `ChartData`. */
export const ChartName = z.enum([
  "summary",
  "resources-by-type",
  "patients-by-age-and-sex",
  "most-frequent-conditions",
  "encounters-over-time",
  "observation-codes",
  "observation-distribution",
  "observation-trend",
  "most-frequent-medications",
]);
export type ChartName = z.infer<typeof ChartName>;

const CodeCount = z.object({
  code_system: z.string().nullable(),
  code: z.string().nullable(),
  display: z.string(),
  /** rows */
  records: z.number().int(),
  /** distinct patients */
  patients: z.number().int(),
});

export const ChartData = {
  summary: z.object({
    patients: z.number().int(),
    resources: z.number().int(),
    jobs: z.number().int(),
    /** first and last encounter or observation */
    period: z.object({ from: z.iso.datetime(), to: z.iso.datetime() }).nullable(),
    jobs_complete: z.number().int(),
    jobs_incomplete: z.number().int(),
    jobs_unknown: z.number().int(),
  }),
  "resources-by-type": z.object({
    types: z.array(z.object({ type: z.string(), records: z.number().int() })),
  }),
  "patients-by-age-and-sex": z.object({
    /** ten-year bands "0–9" … "90+", and "unknown" where there is no birth date; age at death for the deceased, today's otherwise */
    bands: z.array(
      z.object({
        band: z.string(),
        female: z.number().int(),
        male: z.number().int(),
        other: z.number().int(),
        unknown: z.number().int(),
      }),
    ),
  }),
  "most-frequent-conditions": z.object({ codes: z.array(CodeCount), distinct: z.number().int() }),
  "encounters-over-time": z.object({
    unit: z.enum(["month", "year"]),
    classes: z.array(z.string()),
    /** one point a month or year, zero-filled; keys of `counts` are classes */
    points: z.array(z.object({ at: z.iso.date(), counts: z.record(z.string(), z.number().int()) })),
    undated: z.number().int(),
  }),
  "observation-codes": z.object({
    /** numeric codes, most frequent first, components (blood pressure) included */
    codes: z.array(CodeCount.omit({ patients: true }).extend({ units: z.array(z.string()) })),
  }),
  "observation-distribution": z.object({
    unit: z.string().nullable(),
    count: z.number().int(),
    mean: z.number().nullable(),
    median: z.number().nullable(),
    p05: z.number().nullable(),
    p95: z.number().nullable(),
    bins: z.array(z.object({ from: z.number(), to: z.number(), count: z.number().int() })),
  }),
  "observation-trend": z.object({
    unit: z.string().nullable(),
    points: z.array(
      z.object({
        at: z.iso.date(),
        count: z.number().int(),
        median: z.number(),
        p25: z.number(),
        p75: z.number(),
      }),
    ),
  }),
  "most-frequent-medications": z.object({ codes: z.array(CodeCount), distinct: z.number().int() }),
} as const satisfies Record<ChartName, z.ZodType>;

export type ChartData<N extends ChartName> = z.infer<(typeof ChartData)[N]>;
