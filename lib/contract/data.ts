import { z } from "zod";
import { checkFilters, filterMembers, listOf, Month } from "./chart";
import { ResourceType } from "./export-request";
import { queryNumber } from "./query-number";

/**
 * `GET /api/data/{type}`: rows of one resource type, newest job first. With a chart's filters and what
 * a bar of it stands for, the resources behind that bar.
 */
export const DataQuery = z
  .object({
    ...filterMembers,
    patient: z.string().max(200).optional(),
    /** rows that came from the file of this number in the job's manifest */
    file: queryNumber(z.coerce.number().int().min(1).max(2_147_483_647).optional()),
    /** a whole id, the begin of a patient's, or part of a name, a code or its display */
    q: z.string().max(200).optional(),
    /** rows of this code; with `numeric`, `unit` or a value also Observations of which a component has it */
    code: z.string().max(200).optional(),
    /** with `code`: of this system; empty: of none */
    code_system: z.string().max(2000).optional(),
    /** rows that have no code, by their words: how charts count these */
    display: z.string().max(2000).optional(),
    /** Encounters of this class, as the chart names it ("unknown": of none) */
    class: z.string().max(200).optional(),
    /** Encounters of none of these classes: what a chart counts together as "other" */
    class_not: listOf(z.string().max(200), 50).optional(),
    /** Observations with numbers as charts show them (not those entered in error), of any unit */
    numeric: z.stringbool().optional(),
    /** Observations with a number in this unit; empty: without one */
    unit: z.string().max(100).optional(),
    /** Observations with a number from here on, and below that; the ends of a distribution are open */
    value_from: queryNumber(z.coerce.number().optional()),
    value_to: queryNumber(z.coerce.number().optional()),
    /** one month, in place of `from` and `to` */
    month: Month.optional(),
    /**
     * in place of jobs newest first and patients within them: by job (its age), by patient over all jobs,
     * Encounters by their start (those without one last, backwards first)
     */
    sort: z.enum(["job_id", "patient_id", "start_at"]).optional(),
    order: z.enum(["asc", "desc"]).default("asc"),
    /** `next` of an earlier answer: the rows that follow; goes further than `page`, at the same speed */
    after: z.string().max(2000).optional(),
    page: queryNumber(z.coerce.number().int().min(1).max(1000).default(1)),
    page_size: queryNumber(z.coerce.number().int().min(1).max(100).default(25)),
  })
  .superRefine((value, context) => {
    checkFilters(value, context);
    if (value.month && (value.from || value.to)) {
      context.addIssue({ code: "custom", path: ["month"], message: "stands for `from` and `to`" });
    }
  });
export type DataQuery = z.infer<typeof DataQuery>;

/** A resource as a row of a table; its JSON comes by `GET /api/data/{type}/{id}`. */
export const DataRow = z.object({
  job_id: z.uuid(),
  patient_id: z.string(),
  id: z.string(),
  type: ResourceType,
  /** the columns that matter for this type, by name: names, codes, dates, values */
  columns: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
export type DataRow = z.infer<typeof DataRow>;

/** `GET /api/data/{type}`. */
export const DataList = z.object({
  rows: z.array(DataRow),
  /**
   * null where counting would read too much; then `more` says whether there is a next page. Of a job that loads: of
   * some seconds ago
   */
  total: z.number().int().nullable(),
  more: z.boolean(),
  /** for `after`; null on the last page */
  next: z.string().nullable(),
  page: z.number().int(),
  page_size: z.number().int(),
});
export type DataList = z.infer<typeof DataList>;

/** `GET /api/data/{type}/{id}?job=&patient=`: one resource with where it came from. */
export const DataResource = z.object({
  job_id: z.uuid(),
  patient_id: z.string(),
  id: z.string(),
  type: ResourceType,
  file_no: z.number().int(),
  line_no: z.number().int(),
  file_url: z.string().nullable(),
  group_name: z.string().nullable(),
  resource: z.record(z.string(), z.unknown()),
  /** documents that it names by their address, of a job that fetches them */
  attachments: z.array(
    z.object({
      place: z.number().int(),
      content_type: z.string().nullable(),
      state: z.enum(["pending", "downloaded", "left", "failed"]),
      left_reason: z.enum(["too-large", "other-type"]).nullable(),
      size_bytes: z.number().int(),
    }),
  ),
});
export type DataResource = z.infer<typeof DataResource>;

/** Query of `GET /api/data`: the filters of the rows, so that the counts fit the table; several jobs. */
export const DataTypesQuery = z
  .object({ ...filterMembers, patient: z.string().max(200).optional() })
  .superRefine(checkFilters);
export type DataTypesQuery = z.infer<typeof DataTypesQuery>;

/** `GET /api/data`: which types there are, with their numbers of rows. */
export const DataTypes = z.object({
  types: z.array(z.object({ type: z.string(), records: z.number().int() })),
});
export type DataTypes = z.infer<typeof DataTypes>;
