import { z } from "zod";
import type { ChartQuery } from "@/lib/contract/chart";
import { JobStage } from "@/lib/contract/job";
import { knowPeople } from "./know-people";
import { lookAtRows } from "./look-at-rows";
import { rows } from "./rows";
import type { Wanted } from "./selection";

const Row = z.object({
  id: z.uuid(),
  stage: JobStage,
  /** null: has no roll-ups */
  settled: z.boolean().nullable(),
  /** do they know whose resources they are? */
  people: z.boolean().nullable(),
  /** of roll-ups of a job that is not settled: the bytes that were rows when they were made */
  seen: z.number().nullable(),
  /** how long ago they were made, and how long that took */
  made_at: z.string().nullable(),
  age: z.number().nullable(),
  seconds: z.number().nullable(),
  /** bytes of files that are rows now; null where the job is settled */
  bytes: z.number().nullable(),
});
type Row = z.infer<typeof Row>;

const sql = `
  SELECT j.id, j.stage, r.settled, r.people, r.made_at::text, r.seen_bytes::float8 AS seen, r.seconds,
         extract(epoch FROM clock_timestamp() - r.made_at)::float8 AS age,
         (SELECT COALESCE(sum(f.loaded_bytes), 0)::float8 FROM export_files AS f
           WHERE f.job_id = j.id AND f.kind = 'output' AND r.settled IS NOT TRUE) AS bytes
    FROM export_jobs AS j LEFT JOIN roll_up_jobs AS r ON r.etl_job_id = j.id
   -- A list of members, while it loads, is not patients' data: only who chooses it sees it.
   WHERE (($1::uuid[] = '{}' AND j.purpose IS DISTINCT FROM 'members') OR j.id = ANY($1))
     AND ($2::uuid IS NULL OR j.connection_id = $2) AND ($3::text IS NULL OR j.group_id = $3)
   ORDER BY j.created_at DESC, j.id`;

/** Up to here (some 15,000 Observations) the rows themselves are read each time. */
const smallBytes = 16 * 2 ** 20;

/** Of more rows, how old the numbers of a job that still loads may be: looking takes a tenth of the time. */
const isOld = ({ age, seconds }: Row) => (age ?? 0) > Math.max(3, 10 * (seconds ?? 0));

/** By which a person chooses jobs: by their ids (none: all), by connection, by group. */
export type JobChoice = Partial<Pick<ChartQuery, "job" | "connection" | "group">>;

export type ChosenJobs = [rolledUp: string[], plain: string[]];

export type Chosen = {
  jobs: ChosenJobs;
  /** all of them, newest first */
  ids: string[];
  /** those of $1 that still load: their numbers are of a moment ago, their rows have no index but the key */
  loading: string[];
  /** null where an answer must not be kept */
  state: JobsState | null;
  /** whose resources all of the roll-ups are is known */
  peopleKnown: boolean;
  /** roll-ups that may be made anew at any moment, as a text that differs then; '' where there are none */
  passing: string;
};

/** What an answer is made of, as texts that differ when it does. */
export type JobsState = {
  state: string;
  /** without what changes every few seconds while a large job loads */
  settledState: string;
};

/** Rows that came otherwise than out of files leave no trace: what is made of them cannot be kept. */
const untraced = ({ settled, bytes, stage }: Row) =>
  settled === null && bytes === 0 && (stage === "load" || stage === "done");

function stateOf(found: Row[]): JobsState | null {
  if (found.some(untraced)) return null;
  const sorted = [...found].sort((a, b) => (a.id < b.id ? -1 : 1));
  const text = (of: (row: Row) => unknown[]) => JSON.stringify(sorted.map(of));
  return {
    state: text(({ id, stage, made_at, settled, bytes }) =>
      // Of roll-ups what was seen then counts, and not what has come since.
      settled === null ? [id, stage, bytes] : [id, stage, made_at],
    ),
    settledState: text(({ id, stage, made_at, settled, bytes }) =>
      settled === null ? [id, stage, bytes] : [id, stage, settled ? made_at : null],
    ),
  };
}

/**
 * The chosen jobs (none chosen: all), as the first two parameters of a chart's statement: those whose
 * roll-ups are read, and those whose rows are. This is the one place that decides. A job that is settled
 * has roll-ups for good. One that is not is read row by row while it is small; of more rows, roll-ups are
 * made when somebody looks, at most seconds old while it loads, and made anew in the background. A list
 * in hand also lets PostgreSQL plan with no other partitions than those.
 * @param wanted where there is something, roll-ups that do not know whose resources they are learn it first
 */
export async function jobsAndState(choice: JobChoice, wanted: Wanted = {}): Promise<Chosen> {
  const found = await rows(Row, sql, [
    choice.job ?? [],
    choice.connection ?? null,
    choice.group ?? null,
  ]);
  const large = (row: Row) => row.settled !== true && (row.bytes ?? 0) > smallBytes;
  const never = found.filter((row) => large(row) && row.settled === null);
  if (never.length > 0) {
    for (const { id, bytes } of never) await lookAtRows(id, bytes ?? 0);
    return jobsAndState(choice, wanted);
  }
  for (const row of found) {
    if (large(row) && row.seen !== row.bytes && isOld(row)) {
      // Where it fails the numbers stay old, and whoever asks next begins anew.
      lookAtRows(row.id, row.bytes ?? 0).catch(() => {});
    }
  }
  const ids = (rolledUp: boolean) =>
    found.filter((row) => (row.settled === true || large(row)) === rolledUp).map(({ id }) => id);
  const lacking = ids(true).filter((id) => found.some((row) => row.id === id && !row.people));
  if (wanted.people || wanted.months) await knowPeople(lacking);
  const loading = found.filter((row) => large(row) && row.settled !== null);
  return {
    jobs: [ids(true), ids(false)],
    ids: found.map(({ id }) => id),
    loading: loading.map(({ id }) => id),
    state: stateOf(found),
    peopleKnown: lacking.length === 0,
    passing: loading.map(({ id, made_at }) => `${id} ${made_at}`).join(),
  };
}
