import { z } from "zod";
import { queryNumber } from "./query-number";

/** What a query string holds under one name: `job=a&job=b` or `job=a,b`; nothing: none. */
export const listOf = <T extends z.ZodType>(item: T, most: number) =>
  z.preprocess((value) => {
    const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
    return list.flatMap((one) => String(one).split(",")).filter(Boolean);
  }, z.array(item).max(most));

/** FHIR's administrative gender; `unknown` also where a Patient does not say. */
export const Sex = z.enum(["female", "male", "other", "unknown"]);
export type Sex = z.infer<typeof Sex>;

/** Ten-year bands of ages, as a query names them; the age pyramid writes them with an en dash. */
export const AgeBand = z.enum([
  "0-9",
  "10-19",
  "20-29",
  "30-39",
  "40-49",
  "50-59",
  "60-69",
  "70-79",
  "80-89",
  "90+",
  "unknown",
]);
export type AgeBand = z.infer<typeof AgeBand>;

/** "40–49" as the pyramid writes it; "90 " is what a plus sign of an address becomes. */
const ageWritten = z.preprocess((value) => {
  const text = String(value).trim().replace("–", "-");
  return text === "90" ? "90+" : text;
}, AgeBand);

/** A month as filters name it, "2024-05". */
export const Month = z
  .string()
  .regex(/^(1[89]|2[01])\d\d-(0[1-9]|1[0-2])$/, "is a month of 1800 to 2199, as 2024-05");

const chosen = {
  /** jobs (none: all); with connection or group only those that are of them too */
  job: listOf(z.uuid(), 200),
  connection: z.uuid().optional(),
  /** a FHIR group's id; needs `connection`, because servers' ids of groups are their own */
  group: z.string().min(1).max(200).optional(),
};

const restricted = {
  /** only resources of patients of these sexes (none: of all) */
  sex: listOf(Sex, 4).optional(),
  /** only resources of patients of these ages: at death for the deceased, today's otherwise */
  age: listOf(ageWritten, 11).optional(),
  /** only resources of these months (UTC), both inclusive */
  from: Month.optional(),
  to: Month.optional(),
};

/** The filters that charts and tables share, as the members of a schema. */
export const filterMembers = { ...chosen, ...restricted };

type Filters = { connection?: string; group?: string; from?: string; to?: string };

/** What filters must be to each other; for `superRefine`. */
export function checkFilters(value: Filters, context: z.RefinementCtx): void {
  const refuse = (name: string, message: string) =>
    context.addIssue({ code: "custom", path: [name], message });
  if (value.group !== undefined && value.connection === undefined) {
    refuse("group", "needs `connection`: ids of groups are known to their server alone");
  }
  if (value.from && value.to && value.from > value.to) refuse("from", "is after `to`");
}

const mostBins = 1_000;

/** Query of `GET /api/charts/{chart}`. */
export const ChartQuery = z
  .object({
    ...filterMembers,
    /** observation code, for the charts that need one */
    code: z.string().max(200).optional(),
    unit: z.string().max(100).optional(),
    /**
     * a distribution's bins in place of its own, so that two can be laid over each other: how wide they are,
     * where the first begins and the last ends (multiples of the width)
     */
    bin_width: queryNumber(z.coerce.number().min(1e-9).optional()),
    bin_from: queryNumber(z.coerce.number().min(-1e15).max(1e15).optional()),
    bin_to: queryNumber(z.coerce.number().min(-1e15).max(1e15).optional()),
  })
  .superRefine((value, context) => {
    checkFilters(value, context);
    const { bin_width: width, bin_from: from, bin_to: to } = value;
    if (width === undefined && from === undefined && to === undefined) return;
    const bins = ((to ?? Number.NaN) - (from ?? Number.NaN)) / (width ?? Number.NaN);
    if (!(bins > 0.5 && bins <= mostBins)) {
      const message = `needs \`bin_from\` and \`bin_to\`, a width to ${mostBins} widths apart`;
      context.addIssue({ code: "custom", path: ["bin_width"], message });
    }
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

/** What every answer tells beside its numbers. */
const everyAnswer = {
  /** the jobs that the numbers come from, newest first, and how many of them hold all they should */
  source: z.object({
    job_ids: z.array(z.uuid()),
    jobs_complete: z.number().int(),
    jobs_incomplete: z.number().int(),
    jobs_unknown: z.number().int(),
  }),
  /** what filters could not judge and therefore left out; zeros where none is set */
  left_out: z.object({
    /** with `from` or `to`: resources that meet the rest but have no date */
    undated: z.number().int(),
    /** with `sex` or `age`: resources in those months, or undated, of no patient of the chosen jobs */
    without_patient: z.number().int(),
  }),
};

const CodeCount = z.object({
  code_system: z.string().nullable(),
  code: z.string().nullable(),
  display: z.string(),
  /** rows */
  records: z.number().int(),
  /** distinct patients */
  patients: z.number().int(),
});

/** The answer of each chart, by its name. */
export const ChartData = {
  summary: z.object({
    ...everyAnswer,
    /** of those sexes and ages; a month does not choose patients */
    patients: z.number().int(),
    resources: z.number().int(),
    jobs: z.number().int(),
    /** first and last encounter or observation; with `sex` or `age` the begin of the first month and the end of the last */
    period: z.object({ from: z.iso.datetime(), to: z.iso.datetime() }).nullable(),
    jobs_complete: z.number().int(),
    jobs_incomplete: z.number().int(),
    jobs_unknown: z.number().int(),
  }),
  "resources-by-type": z.object({
    ...everyAnswer,
    types: z.array(
      z.object({
        type: z.string(),
        records: z.number().int(),
        /** left out of `records`, as in `left_out`; types of which all is left out are there too */
        undated: z.number().int(),
        without_patient: z.number().int(),
      }),
    ),
  }),
  /** `from` and `to` do not restrict it: patients have no date */
  "patients-by-age-and-sex": z.object({
    ...everyAnswer,
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
  /** dated by their onset, else by when they were recorded */
  "most-frequent-conditions": z.object({
    ...everyAnswer,
    codes: z.array(CodeCount),
    distinct: z.number().int(),
  }),
  "encounters-over-time": z.object({
    ...everyAnswer,
    unit: z.enum(["month", "year"]),
    classes: z.array(z.string()),
    /** one point a month or year, zero-filled; keys of `counts` are classes */
    points: z.array(z.object({ at: z.iso.date(), counts: z.record(z.string(), z.number().int()) })),
    undated: z.number().int(),
  }),
  "observation-codes": z.object({
    ...everyAnswer,
    /** numeric codes, most frequent first, components (blood pressure) included */
    codes: z.array(CodeCount.omit({ patients: true }).extend({ units: z.array(z.string()) })),
  }),
  "observation-distribution": z.object({
    ...everyAnswer,
    unit: z.string().nullable(),
    count: z.number().int(),
    mean: z.number().nullable(),
    median: z.number().nullable(),
    p05: z.number().nullable(),
    p95: z.number().nullable(),
    bins: z.array(z.object({ from: z.number(), to: z.number(), count: z.number().int() })),
  }),
  "observation-trend": z.object({
    ...everyAnswer,
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
  "most-frequent-medications": z.object({
    ...everyAnswer,
    codes: z.array(CodeCount),
    distinct: z.number().int(),
  }),
} as const satisfies Record<ChartName, z.ZodType>;

export type ChartData<N extends ChartName> = z.infer<(typeof ChartData)[N]>;

/** What a chart's own statement answers. */
export type ChartNumbers<N extends ChartName> = Omit<ChartData<N>, "source">;
