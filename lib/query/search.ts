import { z } from "zod";
import type { DataTable } from "@/lib/store/data-tables";
import type { Chosen } from "./chosen-jobs";
import { dataColumns } from "./data-columns";
import type { Parameters } from "./parameters";
import { rolledUp } from "./rolled-up";
import { rows } from "./rows";

const Word = z.object({
  job_id: z.uuid(),
  code: z.string().nullable(),
  display: z.string().nullable(),
  code_key: z.string().nullable(),
  display_key: z.string().nullable(),
  records: z.number(),
});

const wordsSql = `
  SELECT etl_job_id AS job_id, code, display, hashtextextended(code, 0)::text AS code_key,
         hashtextextended(display, 0)::text AS display_key, sum(records)::float8 AS records
    FROM ${rolledUp("roll_up_words")} AS held
   WHERE resource_type = $3 AND (code ILIKE $4 OR display ILIKE $4)
   GROUP BY 1, 2, 3`;

const patientsSql = `
  SELECT DISTINCT patient_id FROM patients
   WHERE etl_job_id = ANY($1::uuid[]) AND id LIKE $2 LIMIT 1000`;

const hash = (column: string) => `hashtextextended(${column}, 0)`;

/** Whose resources have this id: by the index of hashes, and by the key where a job still loads. */
const ofIdSql = (table: DataTable) => `
  SELECT patient_id FROM ${table}
   WHERE etl_job_id = ANY($1::uuid[]) AND ${hash("id")} = ${hash("$2::text")} AND id = $2
     ${table === "resources" ? "AND resource_type = $3" : ""}`;

const OfPatient = z.object({ patient_id: z.string() });

const escaped = (words: string) => words.replace(/[\\%_]/g, "\\$&");

const typesSql = `
  SELECT etl_job_id AS job_id, sum(records)::float8 AS records FROM roll_up_types
   WHERE etl_job_id = ANY($1::uuid[]) AND resource_type = $2 GROUP BY 1`;

export type Search = {
  /** what a row must meet */
  where: string;
  /**
   * what a row meets that is found by an id and not by its words, with what it names; null of patients. Where there
   * are words, not in jobs that load: what they hold is counted by roll-ups of a moment ago anyway.
   */
  byIdAlone: { where: string; parameters: Parameters } | null;
  /** how many rows its words alone find; more where an id is found too */
  byWords: number;
  /** the same by job */
  byJob: Map<string, number>;
  /** rows of the type that jobs with roll-ups hold */
  ofType: Map<string, number>;
};

/**
 * The condition of a search: a whole id, the begin of a patient's id, or a part (in whatever case) of a
 * name, a code or its display. Hardly a row is read for it: the few different words of the jobs tell which
 * codes to look up, whose resources have the id is asked once, and the rows are found by these.
 */
export async function search(
  table: DataTable,
  type: string,
  q: string,
  { jobs, loading }: Pick<Chosen, "jobs" | "loading">,
  parameters: Parameters,
): Promise<Search> {
  const part = `%${escaped(q)}%`;
  const begin = `${escaped(q)}%`;
  const [first, second] = dataColumns[table].searched;
  const whose = async (jobIds: string[]): Promise<z.infer<typeof OfPatient>[]> =>
    table === "patients" || jobIds.length === 0
      ? []
      : rows(OfPatient, ofIdSql(table), [jobIds, q, ...(table === "resources" ? [type] : [])]);
  const indexed = jobs.flat().filter((id) => !loading.includes(id));
  const [words, types, patients, ofId] = await Promise.all([
    rows(Word, wordsSql, [...jobs, type, part]),
    rows(z.object({ job_id: z.uuid(), records: z.number() }), typesSql, [jobs[0], type]),
    table === "patients" ? [] : rows(OfPatient, patientsSql, [jobs.flat(), begin]),
    whose(indexed),
  ]);
  // Where a job still loads this goes through its whole key: not for a word, which is hardly an id too.
  if (words.length === 0) ofId.push(...(await whose(loading)));
  const any: string[] = [];
  if (table === "patients") any.push(`id LIKE ${parameters.add(begin, "text")}`);
  else {
    const ids = (found: z.infer<typeof OfPatient>[]) => found.map(({ patient_id }) => patient_id);
    any.push(`patient_id = ANY(${parameters.add([q, ...ids(patients)], "text[]")})`);
    if (ofId.length > 0) {
      const patientIds = parameters.add(ids(ofId), "text[]");
      any.push(`(patient_id = ANY(${patientIds}) AND id = ${parameters.add(q, "text")})`);
    }
  }
  const byId = table === "patients" ? null : `(${any.join(" OR ")})`;
  let byIdAlone = byId === null ? null : { where: byId, parameters: parameters.copy() };
  if (words.length > 0) {
    const like = parameters.add(part, "text");
    const holds = `(${first} ILIKE ${like} OR ${second} ILIKE ${like})`;
    if (byId) {
      const where = `(${byId} AND ${holds} IS NOT TRUE)`;
      byIdAlone = { where, parameters: parameters.copy() };
    }
    if (byId && loading.length > 0) {
      const id = parameters.add(q, "text");
      any.push(`(${hash("id")} = ${hash(id)} AND id = ${id})`);
    }
    const known = (list: (string | null)[]) => [...new Set(list.filter((one) => one !== null))];
    const byKey = (column: string, keys: string[]) => {
      if (keys.length > 0) {
        any.push(`(${hash(column)} = ANY(${parameters.add(keys, "bigint[]")}) AND ${holds})`);
      }
    };
    if (table === "patients") {
      byKey(first, known(words.map(({ code_key }) => code_key)));
      byKey(second, known(words.map(({ display_key }) => display_key)));
    } else if (table === "encounters") {
      byKey(second, known(words.map(({ display_key }) => display_key)));
      if (words.some(({ display }) => display === null)) {
        any.push(`(${hash(second)} IS NULL AND ${first} ILIKE ${like})`);
      }
    } else {
      const codes = known(words.map(({ code }) => code));
      const byHash = table === "resources";
      if (byHash) byKey(first, known(words.map(({ code_key }) => code_key)));
      else if (codes.length > 0) {
        any.push(`(${first} = ANY(${parameters.add(codes, "text[]")}) AND ${holds})`);
      }
      if (words.some(({ code }) => code === null)) {
        any.push(`(${byHash ? hash(first) : first} IS NULL AND ${second} ILIKE ${like})`);
      }
    }
  }
  // A name may be found as a family's and as a given one, and then its rows are counted twice.
  const counted = table === "patients" ? [] : words;
  const byJob = new Map<string, number>();
  for (const { job_id, records } of counted) {
    byJob.set(job_id, (byJob.get(job_id) ?? 0) + records);
  }
  return {
    where: `(${any.join(" OR ")})`,
    byIdAlone,
    byWords: counted.reduce((sum, { records }) => sum + records, 0),
    byJob,
    ofType: new Map(types.map(({ job_id, records }) => [job_id, records])),
  };
}
