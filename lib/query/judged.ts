import { z } from "zod";
import type { AgeBand, Sex } from "@/lib/contract/chart";
import type { Chosen } from "./chosen-jobs";
import { agedPatients, type People } from "./people";
import { Remembered } from "./remembered";
import { rows } from "./rows";
import type { Filters, Wanted } from "./selection";

/** People of a job that follow one another: their numbers in `roll_up_people`, both inclusive. */
export type Range = { job: string; low: number; high: number };

/** The people that were wanted, found: where their resources stand, and how many they are. */
export type Judged = People & {
  /** their numbers, as few ranges as there are */
  taken: Range[];
  /** those of all who have a Patient in the chosen jobs, and of whom resources are that have none */
  known: Range[];
  strangers: Range[];
  /** as in `roll_up_patients`: whoever has a Patient in a job that is read row by row */
  plain: { taken: string[]; known: string[] };
  /** how many patients were taken, by sex and band */
  counts: z.infer<typeof Count>[];
};

const Kind = { sex: z.string().nullable(), band: z.number().int().nullable() };
type Kind = { sex: string | null; band: number | null };
const Count = z.object({ what: z.literal("count"), ...Kind, patients: z.number() });
const Found = z.discriminatedUnion("what", [
  z.object({ what: z.literal("job"), job: z.uuid(), people: z.string() }),
  z.object({ what: z.literal("plain"), ...Kind, patient: z.string() }),
  Count,
]);

const sexes = ["female", "male", "other", "unknown"];
const bands = [null, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const stranger: Kind = { sex: null, band: null };

/** A person's sex and band as a letter, "0" for who has no Patient. */
const letter = `CASE WHEN sex IS NULL THEN '0' ELSE
  chr(ascii('A') + ${bands.length} * (array_position('{${sexes.join()}}', sex) - 1) + COALESCE(band + 1, 0)) END`;

/** What each letter means. */
const kindOf = new Map<string, Kind>([
  ["0", stranger],
  ...sexes.flatMap((sex, s) =>
    bands.map((band, b): [string, Kind] => [
      String.fromCharCode("A".charCodeAt(0) + bands.length * s + b),
      { sex, band },
    ]),
  ),
]);

// A patient is judged once over the chosen jobs. A job's people are given as a text, one letter each: sorting them by
// sex and band, to have the runs of one kind told here, took twice the time.
const sql = `
  WITH ${agedPatients}, everybody AS MATERIALIZED (SELECT patient, sex, band FROM aged_patients)
  SELECT 'job' AS what, NULL AS sex, NULL::int AS band, etl_job_id AS job,
         string_agg(${letter}, '' ORDER BY no) AS people, NULL AS patient, NULL AS patients
    FROM roll_up_people LEFT JOIN everybody USING (patient)
   WHERE etl_job_id = ANY($1::uuid[]) GROUP BY etl_job_id
  UNION ALL
  SELECT 'count', sex, band, NULL, NULL, NULL, count(*)::int FROM everybody GROUP BY sex, band
  UNION ALL
  SELECT 'plain', sex, band, NULL, NULL, patient::text, NULL FROM everybody
   WHERE patient IN (SELECT hashtextextended(id, 0) FROM patients WHERE etl_job_id = ANY($2::uuid[]))`;

type Run = Kind & Range;

/** A job's people in runs of one sex and band, for they are numbered so; who has a newer Patient elsewhere breaks one. */
function runsOf(job: string, people: string): Run[] {
  return [...people.matchAll(/(.)\1*/gs)].map(([run, one = ""], index, all) => {
    const low = (all[index]?.index ?? 0) + 1;
    return { ...(kindOf.get(one) ?? stranger), job, low, high: low + run.length - 1 };
  });
}

type Judgement = {
  runs: Run[];
  plain: (Kind & { patient: string })[];
  counts: Judged["counts"];
};

async function make(jobs: Chosen["jobs"]): Promise<Judgement> {
  const found = await rows(Found, sql, jobs);
  return {
    runs: found.flatMap((one) => (one.what === "job" ? runsOf(one.job, one.people) : [])),
    plain: found.filter((one) => one.what === "plain"),
    counts: found.filter((one) => one.what === "count"),
  };
}

const remembered = new Remembered<Judgement>();

/** Kept while nothing of the jobs changes: the charts of a page, whatever they filter, are one question. */
function judge({ jobs, ids, state }: Chosen): Promise<Judgement> {
  if (!state) return make(jobs);
  // Ages are of today; an answer of a moment ago would name people by numbers that are gone.
  const today = new Date().toISOString().slice(0, 10);
  const key = JSON.stringify([[...ids].sort(), today]);
  return remembered.get(key, { state: state.state, settledState: state.state }, () => make(jobs));
}

function isTaken({ sex, age }: People) {
  const ages = new Set(
    age.map((one: AgeBand) =>
      one === "unknown" ? null : Math.floor(Number.parseInt(one, 10) / 10),
    ),
  );
  const wanted = new Set<string | null>(sex satisfies Sex[]);
  return (one: Kind) =>
    one.sex !== null &&
    (wanted.size === 0 || wanted.has(one.sex)) &&
    (ages.size === 0 || ages.has(one.band));
}

/** Runs that follow one another become one. */
function joined(runs: Range[]): Range[] {
  const sorted = [...runs].sort((a, b) =>
    a.job === b.job ? a.low - b.low : a.job < b.job ? -1 : 1,
  );
  const ranges: Range[] = [];
  for (const { job, low, high } of sorted) {
    const last = ranges.at(-1);
    if (last?.job === job && last.high + 1 === low) last.high = high;
    else ranges.push({ job, low, high });
  }
  return ranges;
}

/** Finds the people that are wanted in the chosen jobs, each judged once over all of them. */
export async function judged({ people, months }: Wanted, chosen: Chosen): Promise<Filters> {
  if (!people) return { months };
  const { runs, plain, counts } = await judge(chosen);
  const taken = isTaken(people);
  const known = ({ sex }: Kind) => sex !== null;
  const nobody = chosen.jobs[0].map((job) => ({ job, low: 0, high: 0 }));
  return {
    months,
    people: {
      ...people,
      taken: joined(runs.filter(taken)),
      known: joined(runs.filter(known)),
      strangers: joined([...nobody, ...runs.filter((run) => !known(run))]),
      plain: {
        taken: plain.filter(taken).map(({ patient }) => patient),
        known: plain.map(({ patient }) => patient),
      },
      counts: counts.filter(taken),
    },
  };
}

/** Judges everybody, before anybody asks: the first question about some of them then need not. */
export const judgeEverybody = async (chosen: Chosen): Promise<void> => {
  await judge(chosen);
};
