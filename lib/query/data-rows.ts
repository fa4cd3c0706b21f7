import { z } from "zod";
import type { DataList, DataQuery } from "@/lib/contract/data";
import { AppError } from "@/lib/errors";
import { type DataTable, tableOf } from "@/lib/store/data-tables";
import { type Bar, barOf } from "./bar";
import type { Chosen, JobChoice } from "./chosen-jobs";
import { dataColumns, madeColumns } from "./data-columns";
import { held, narrowTo, withPeople } from "./narrowed";
import { onePicture } from "./one-picture";
import { Parameters } from "./parameters";
import { rows } from "./rows";
import { rowsInKeyOrder } from "./rows-in-key-order";
import { keysOfPeople, rowsOfPeople } from "./rows-of-people";
import { search } from "./search";
import { type Filters, wantedOf } from "./selection";

/** Beyond this, counting what a search finds reads too much. */
const countedMatches = 10_000;

/** From here on a page of what a search finds in a job is found soonest along the job's key. */
const frequentMatches = 5_000;

/**
 * Is it found soonest along the key? Then some rows are passed over for each that is found; else all that match
 * are read and sorted. Not near the end of what there is: the rest of the job would be read for the last few.
 */
const isFrequent = (matches: number, inAll: number, wanted: number) =>
  wanted < matches / 10 && (matches >= frequentMatches || (wanted * inAll) / matches < matches / 2);

const Row = z.object({
  job_id: z.uuid(),
  patient_id: z.string(),
  id: z.string(),
  columns: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
type Row = z.infer<typeof Row>;

/** A birth date is a day, other times are instants; JSON would write them in the session's zone. */
const asText = (column: string) =>
  column.endsWith("_at")
    ? `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
    : (madeColumns[column] ?? column);

const Count = z.object({ job_id: z.uuid(), n: z.number() });
const Found = z.object({ n: z.number() });

/** The key of the row after which the next page begins. */
const Id = z.string().regex(/^[^\0]*$/);
const Cursor = z.tuple([z.uuid(), Id, Id]);
type Cursor = z.infer<typeof Cursor>;

const toCursor = (row: Row) =>
  Buffer.from(JSON.stringify([row.job_id, row.patient_id, row.id])).toString("base64url");

function fromCursor(text: string): Cursor {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
  } catch (error) {
    const reason = "after: is not what `next` of an earlier answer was";
    throw new AppError("invalid-request", { reason }, { cause: error });
  }
}

type Query = Omit<DataQuery, "job" | "order"> & Partial<Pick<DataQuery, "order">> & JobChoice;

/** What the rows of one question must meet beside their job; `ofAnybody`: the same but for whose they are. */
type Filter = {
  table: DataTable;
  filters: Filters;
  where: string;
  ofAnybody?: string;
  parameters: Parameters;
};

/** How a page is found: as PostgreSQL likes, or along the key, where wanted by whose rows they are first. */
type Manner = "any" | "key" | "people";
const inManner = {
  any: rows,
  key: rowsInKeyOrder,
  people: rowsOfPeople,
};

/** What the rows of a page are ordered by, over all jobs. */
type Order = { sort: "patient_id" | "start_at"; direction: "ASC" | "DESC" };

/** How many rows each job holds; of those that a search looks for at most 10,001 in all. */
function countByJob(
  { table, filters, where, parameters }: Filter,
  jobIds: string[],
  limited: boolean,
) {
  const own = parameters.copy();
  const ids = own.add(jobIds, "uuid[]");
  const limit = own.add(limited ? countedMatches + 1 : null, "int");
  const sql = `SELECT etl_job_id AS job_id, count(*)::float8 AS n
       FROM (SELECT etl_job_id FROM ${table} WHERE etl_job_id = ANY(${ids}) AND ${where}
              LIMIT ${limit}) AS found
      GROUP BY 1`;
  return rows(Count, withPeople(filters, sql), own.all);
}

/** The same of a search, of whose words it is known how many rows they find. */
async function countFound(byIdAlone: Filter, jobIds: string[], byJob?: Map<string, number>) {
  const counts = await countByJob(byIdAlone, jobIds, true);
  const others = new Map(counts.map(({ job_id, n }) => [job_id, n]));
  return jobIds.map((job_id) => ({
    job_id,
    n: (byJob?.get(job_id) ?? 0) + (others.get(job_id) ?? 0),
  }));
}

/** The same of all rows of a type, or of those behind a bar, from the roll-ups. */
function countRolledUp(type: string, chosen: Chosen, filters: Filters, bar: Bar | null) {
  const parameters = new Parameters();
  for (const ids of chosen.jobs) parameters.add(ids, "uuid[]");
  const { name, meets, n } = bar?.counted ?? {
    name: "roll_up_types" as const,
    meets: () => `resource_type = ${parameters.add(type, "text")}`,
    n: () => "records",
  };
  const sql = `SELECT etl_job_id AS job_id, COALESCE(sum(${n(parameters)}), 0)::float8 AS n
                 FROM ${held(name, filters)} AS held WHERE ${meets(parameters)} GROUP BY 1`;
  return rows(Count, withPeople(filters, sql), parameters.all);
}

/** How many rows of one job there are, at most `limit`. */
async function countUpTo(
  { table, filters, where, parameters }: Filter,
  jobId: string,
  limit: number,
) {
  const own = parameters.copy();
  const id = own.add(jobId, "uuid");
  const sql = `SELECT count(*)::float8 AS n
       FROM (SELECT 1 FROM ${table} WHERE etl_job_id = ${id} AND ${where}
              LIMIT ${own.add(limit, "int")}) AS found`;
  const [found] = await rows(Found, withPeople(filters, sql), own.all);
  return found?.n ?? 0;
}

/** Rows of one job in key order: what is passed over is read from the key's index, not from the rows. */
function rowsOfJob(
  { table, filters, where, ofAnybody, parameters }: Filter,
  jobId: string,
  page: { limit: number; offset: number; after?: Cursor },
  manner: Manner,
) {
  const own = parameters.copy();
  const id = own.add(jobId, "uuid");
  const beyond = page.after
    ? ` AND (patient_id, id) > (${own.add(page.after[1], "text")}, ${own.add(page.after[2], "text")})`
    : "";
  const type = table === "resources" ? ", resource_type" : "";
  const columns = dataColumns[table].shown.map((column) => `'${column}', ${asText(column)}`);
  const from =
    manner === "people"
      ? `${keysOfPeople(table, `etl_job_id = ${id}${beyond}`)} AS whose JOIN ${table} USING (patient_id, id)
              WHERE etl_job_id = ${id} AND ${ofAnybody}`
      : `${table} WHERE etl_job_id = ${id} AND ${where}${beyond}`;
  const sql = `SELECT etl_job_id AS job_id, patient_id, id, json_build_object(${columns.join(", ")}) AS columns
       FROM (SELECT patient_id, id${type} FROM ${from}
              ORDER BY patient_id, id
              LIMIT ${own.add(page.limit, "int")} OFFSET ${own.add(page.offset, "int")}) AS place
       JOIN ${table} USING (patient_id, id${type})
      WHERE etl_job_id = ${id}
      ORDER BY patient_id, id`;
  return inManner[manner](Row, withPeople(filters, sql), own.all);
}

/**
 * Rows of several jobs in one order: of each job its first along an index that has this order, the key
 * or that of the starts, then the first of these.
 */
function rowsOfJobs(
  { table, filters, where, parameters }: Filter,
  jobIds: string[],
  page: { limit: number; offset: number; after?: Cursor },
  { sort, direction }: Order,
  frequent: boolean,
) {
  const own = parameters.copy();
  const type = table === "resources" ? ", resource_type" : "";
  const key = sort === "patient_id" ? "" : `, ${sort} AS sorted`;
  const by = (first: string) =>
    [...(key ? [first] : []), "patient_id", "id"].map((name) => `${name} ${direction}`).join(", ");
  const beyond = direction === "ASC" ? ">" : "<";
  const limit = own.add(page.limit, "int");
  const offset = own.add(page.offset, "int");
  const after = page.after
    ? `AND (patient_id, id, etl_job_id) ${beyond} (${own.add(page.after[1], "text")}, ${own.add(page.after[2], "text")}, ${own.add(page.after[0], "uuid")})`
    : "";
  const places = jobIds.map(
    (id) => `(SELECT etl_job_id, patient_id, id${type}${key} FROM ${table}
               WHERE etl_job_id = ${own.add(id, "uuid")} AND ${where} ${after}
               ORDER BY ${by(sort)} LIMIT ${limit} + ${offset})`,
  );
  const columns = dataColumns[table].shown.map((column) => `'${column}', ${asText(column)}`);
  const order = `${by("sorted")}, etl_job_id ${direction}`;
  const sql = `SELECT etl_job_id AS job_id, patient_id, id, json_build_object(${columns.join(", ")}) AS columns
       FROM (SELECT * FROM (${places.join(" UNION ALL ")}) AS places
              ORDER BY ${order} LIMIT ${limit} OFFSET ${offset}) AS place
       JOIN ${table} USING (etl_job_id, patient_id, id${type})
      WHERE etl_job_id = ANY(${own.add(jobIds, "uuid[]")})
      ORDER BY ${order}`;
  return (frequent ? rowsInKeyOrder : rows)(Row, withPeople(filters, sql), own.all);
}

/**
 * Rows of one resource type, newest job first, then by patient and id, or in the order that is asked for;
 * page by page, or after the row that an answer's `next` names, which costs the same however far. A search
 * looks for an id, the begin of a patient's id, or a part of a name, a code or its display. `total` is null
 * where it finds more than 10,000. With filters and a bar: the resources that a chart counts there, and as many.
 * @throws AppError invalid-request where `after` is not one of ours or the type has no such bars
 */
export function dataRows(type: string, query: Query): Promise<DataList> {
  const wanted = wantedOf(query.month ? { ...query, from: query.month, to: query.month } : query);
  return onePicture(query, wanted, (chosen, look) =>
    look((filters) => rowsOf(type, query, chosen, filters)),
  );
}

async function rowsOf(
  type: string,
  query: Query,
  jobsChosen: Chosen,
  filters: Filters,
): Promise<DataList> {
  const table = tableOf(type);
  const { sort } = query;
  if (sort === "start_at" && (table !== "encounters" || query.after !== undefined)) {
    const reason = "sort: start_at is for Encounter, with `page`";
    throw new AppError("invalid-request", { reason });
  }
  const { jobs: chosen } = jobsChosen;
  const jobs =
    sort === "job_id" && query.order !== "desc" ? jobsChosen.ids.toReversed() : jobsChosen.ids;
  const parameters = new Parameters();
  const conditions: string[] = [];
  if (query.patient !== undefined) {
    conditions.push(`patient_id = ${parameters.add(query.patient, "text")}`);
  }
  if (query.file !== undefined) {
    conditions.push(`file_no = ${parameters.add(query.file, "int")}`);
  }
  if (table === "resources") conditions.push(`resource_type = ${parameters.add(type, "text")}`);
  const bar = barOf(table, query);
  if (bar) conditions.push(bar.rows(parameters));
  const narrow = narrowTo(filters, "taken")(table);
  const inMonths = narrowTo({ months: filters.months }, "taken")(table);
  const ofAnybody = [...conditions, inMonths.replace(/^ AND /, "") || "true"].join(" AND ");
  if (narrow) conditions.push(narrow.replace(/^ AND /, ""));
  const unsearched = [...conditions];
  const searched = query.q ? await search(table, type, query.q, jobsChosen, parameters) : null;
  if (searched) conditions.push(searched.where);
  const filter = {
    ...{ table, filters, where: conditions.join(" AND ") || "true", parameters },
    ofAnybody: searched ? `${ofAnybody} AND ${searched.where}` : ofAnybody,
  };

  const cursor = query.after === undefined ? null : fromCursor(query.after);
  const whole = query.patient === undefined && query.file === undefined && !searched;
  // Nothing else narrows what the words find.
  const alone =
    query.patient === undefined && query.file === undefined && !bar && !narrow && !cursor;
  const many = query.patient === undefined && (searched?.byWords ?? 0) > countedMatches;
  const limited = searched !== null || (bar !== null && !bar.counted);
  // Words are counted already, those of a job that loads a moment ago; what an id finds beside them is little.
  const byIdAlone = alone ? searched?.byIdAlone : null;
  const counts = many
    ? []
    : byIdAlone
      ? await countFound(
          { ...filter, ...byIdAlone, where: [...unsearched, byIdAlone.where].join(" AND ") },
          chosen.flat(),
          searched?.byJob,
        )
      : whole && !limited
        ? await countRolledUp(type, jobsChosen, filters, bar)
        : await countByJob(filter, chosen.flat(), limited);
  const n = counts.reduce((sum, count) => sum + count.n, 0);
  const known = !many && (!limited || n <= countedMatches);
  const holds = new Map(counts.map((count) => [count.job_id, count.n]));

  // Job by job in key order: a partition's index gives its first rows without reading the rest. Not by
  // LATERAL, which a distributed PostgreSQL does not take with a LIMIT.
  const found: Row[] = [];
  const wanted = query.page_size + 1;
  const begin = cursor ? jobs.indexOf(cursor[0]) : 0;
  let before = cursor ? 0 : (query.page - 1) * query.page_size;
  if (sort && sort !== "job_id") {
    const holding = known ? jobs.filter((id) => (holds.get(id) ?? 0) > 0) : jobs;
    const order: Order = { sort, direction: query.order === "desc" ? "DESC" : "ASC" };
    const page = { limit: wanted, offset: before, after: cursor ?? undefined };
    const matches = alone && sort === "patient_id" ? (searched?.byWords ?? 0) : 0;
    const frequent = matches >= frequentMatches && wanted + before < matches / 10;
    if (holding.length > 0) {
      found.push(...(await rowsOfJobs(filter, holding, page, order, frequent)));
    }
  }
  // A job that has been removed since then has no rows to go on with.
  for (const id of begin < 0 || (sort && sort !== "job_id") ? [] : jobs.slice(begin)) {
    if (found.length === wanted) break;
    const own = known
      ? (holds.get(id) ?? 0)
      : before > 0
        ? await countUpTo(filter, id, before + 1)
        : Number.POSITIVE_INFINITY;
    if (own <= before) {
      before -= own;
      continue;
    }
    const after = cursor?.[0] === id ? cursor : undefined;
    const page = { limit: wanted - found.length, offset: before, after };
    const matches = alone ? (searched?.byJob.get(id) ?? 0) : 0;
    const inAll = searched?.ofType.get(id) ?? Number.POSITIVE_INFINITY;
    const until = page.limit + page.offset;
    const frequent = jobsChosen.loading.includes(id)
      ? until < matches / 2
      : isFrequent(matches, inAll, until);
    // Behind a bar there are few of very many people: their keys are passed over before a row is read.
    const ofFew = bar && filters.people && known && until < own / 2;
    const manner = ofFew ? "people" : frequent ? "key" : "any";
    found.push(...(await rowsOfJob(filter, id, page, manner)));
    before = 0;
  }
  const shown = found.slice(0, query.page_size);
  const last = shown.at(-1);
  const more = found.length > query.page_size;
  return {
    rows: shown.map((row) => ({ ...row, type })),
    total: known ? n : null,
    more,
    next: more && last && sort !== "start_at" ? toCursor(last) : null,
    page: query.page,
    page_size: query.page_size,
  };
}
