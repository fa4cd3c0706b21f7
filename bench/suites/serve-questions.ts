import { z } from "zod";
import type { Web } from "@/bench/web";
import type { ChartName } from "@/lib/contract/chart";
import { database } from "@/lib/store/client";
import { type Narrow, type RollUpName, rollUps } from "@/lib/store/roll-ups";
import type { ServeData } from "./serve-data";

/** What the plain SQL of a reference reads: the rows of one job, or of all. */
export type Reference = { sql: string; parameters: (jobIds: string[]) => unknown[] };

export type Question = {
  name: string;
  scope: "one job" | "all jobs" | "the job that loads";
  /** ms at the 95th percentile */
  target: number;
  /** the address of the n-th request; null while it cannot be asked (no job loads) */
  path: (n: number) => string | null;
  /** the same from the rows by SQL alone */
  reference?: Reference;
};

const chartSources: Record<ChartName, { sources: RollUpName[]; code?: true }> = {
  summary: {
    sources: [
      "roll_up_patients",
      "roll_up_types",
      "roll_up_encounters",
      "roll_up_observation_months",
    ],
  },
  "resources-by-type": { sources: ["roll_up_types"] },
  "patients-by-age-and-sex": { sources: ["roll_up_patients"] },
  "most-frequent-conditions": { sources: ["roll_up_codes"] },
  "most-frequent-medications": { sources: ["roll_up_codes"] },
  "encounters-over-time": { sources: ["roll_up_encounters"] },
  "observation-codes": { sources: ["roll_up_values"] },
  "observation-distribution": { sources: ["roll_up_values"], code: true },
  "observation-trend": { sources: ["roll_up_value_months"], code: true },
};

const ofWomen: Narrow = () =>
  " AND patient_id IN (SELECT patient_id FROM patients WHERE etl_job_id = ANY($1::uuid[]) AND gender = 'female')";

/** What the chart adds up, made from the rows by the statement that defines it. */
function chartReference(name: ChartName, code: string, narrow?: Narrow): Reference {
  const { sources, code: ofCode } = chartSources[name];
  const parts = sources.map(
    (source) =>
      `SELECT count(*), max(made::text) FROM (${rollUps[source].select("$1", narrow)}) AS made${ofCode ? " WHERE code = $2" : ""}`,
  );
  return {
    sql: parts.join(" UNION ALL "),
    parameters: (jobIds) => (ofCode ? [jobIds, code] : [jobIds]),
  };
}

const sorted = (table: string, order: string): Reference => ({
  sql: `SELECT * FROM ${table} WHERE etl_job_id = ANY($1::uuid[]) ORDER BY ${order} LIMIT 25`,
  parameters: (jobIds) => [jobIds],
});

const counting = (table: string, where = "true"): Reference => ({
  sql: `SELECT count(*) FROM ${table} WHERE etl_job_id = ANY($1::uuid[]) AND ${where}`,
  parameters: (jobIds) => [jobIds],
});

const Codes = z.object({ codes: z.array(z.object({ code: z.string() })) });
const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;

/**
 * Everything that draws a chart or fills a table, of one job (another one each time), of all jobs and of
 * the one that loads at that moment.
 */
export async function serveQuestions(
  web: Web,
  data: ServeData,
  loading: () => string | null,
): Promise<Question[]> {
  const questions: Question[] = [];
  const both = (
    name: string,
    path: (query: string, n: number) => string,
    reference?: Reference,
    scopes: Question["scope"][] = ["one job", "all jobs", "the job that loads"],
  ) => {
    for (const scope of scopes) {
      questions.push({
        name,
        scope,
        target: scope === "all jobs" ? 300 : 100,
        reference: scope === "the job that loads" ? undefined : reference,
        path(n) {
          if (scope === "all jobs") return path("", n);
          const job = scope === "one job" ? pick(data.jobIds, n) : loading();
          return job && path(`job=${job}`, n);
        },
      });
    }
  };

  const answer = await web.get("/api/charts/observation-codes");
  const codes = Codes.parse(JSON.parse(answer.text))
    .codes.slice(0, 5)
    .map(({ code }) => code);
  for (const [name, { code }] of Object.entries(chartSources)) {
    both(
      `chart ${name}`,
      (query, n) => `/api/charts/${name}?${query}${code ? `&code=${pick(codes, n)}` : ""}`,
      chartReference(name as ChartName, codes[0] ?? ""),
    );
  }

  // Two that are compared are asked for on the same bins.
  both(
    "chart observation-distribution, on bins asked for",
    (query, n) =>
      `/api/charts/observation-distribution?${query}&code=${pick(codes, n)}&bin_width=${1 + (n % 5)}&bin_from=0&bin_to=180`,
    chartReference("observation-distribution", codes[0] ?? ""),
  );

  // Some people, some months: ever other ones, so that not every answer is one that is remembered.
  const filters = [
    "sex=female",
    "age=40-49",
    "sex=male&age=30-39,50-59",
    "from=2015-01&to=2019-06",
    "sex=female&age=20-29&from=2018-03&to=2020-02",
  ];
  for (const [name, { code }] of Object.entries(chartSources)) {
    both(
      `chart ${name}, filtered`,
      (query, n) =>
        `/api/charts/${name}?${query}&${pick(filters, n)}${code ? `&code=${pick(codes, n)}` : ""}`,
      chartReference(name as ChartName, codes[0] ?? "", ofWomen),
    );
  }
  for (const [what, type, bar] of [
    ["a condition's bar", "Condition", "month=2019-05"],
    [
      "a distribution's bar",
      "Observation",
      `numeric=true&code=${codes[0]}&value_from=60&value_to=70`,
    ],
  ]) {
    both(
      `table ${type}: ${what}, filtered`,
      (query) => `/api/data/${type}?${query}&sex=female&age=40-49&${bar}`,
    );
  }

  const { rows: known } = await database().pool.query<{
    job: string;
    patient: string;
    id: string;
    family: string;
  }>(
    `SELECT j.id AS job, o.patient_id AS patient, o.id, p.family_name AS family
       FROM unnest($1::uuid[]) AS j (id)
      CROSS JOIN LATERAL (
        SELECT patient_id, id FROM observations WHERE etl_job_id = j.id
         ORDER BY patient_id, id LIMIT 1 OFFSET 777) AS o
       LEFT JOIN patients AS p ON p.etl_job_id = j.id AND p.patient_id = o.patient_id`,
    [data.jobIds],
  );
  const at = (query: string, n: number) =>
    known.find(({ job }) => query.includes(job)) ?? pick(known, n);

  both("table types", (query) => `/api/data?${query}`);
  both(
    "table types of a patient",
    (query, n) => `/api/data?${query}&patient=${at(query, n).patient}`,
  );
  for (const [type, table] of [
    ["Patient", "patients"],
    ["Condition", "conditions"],
    ["Observation", "observations"],
    ["MedicationRequest", "medication_requests"],
    ["Encounter", "encounters"],
  ] as const) {
    both(`table ${type}`, (query) => `/api/data/${type}?${query}`, counting(table));
  }
  both(
    "table Observation, by patient backwards",
    (query) => `/api/data/Observation?${query}&sort=patient_id&order=desc`,
    sorted("observations", "patient_id DESC, id DESC"),
  );
  both(
    "table Encounter, newest first",
    (query) => `/api/data/Encounter?${query}&sort=start_at&order=desc`,
    sorted("encounters", "start_at DESC"),
  );
  both("table Claim (none)", (query) => `/api/data/Claim?${query}`);
  both(
    "table Observation, 100 rows from the 99,900th",
    (query) => `/api/data/Observation?${query}&page=1000&page_size=100`,
    counting("observations"),
  );
  // The same place by the key of the row before it, of each job and of all.
  const cursors = new Map<string, string>();
  for (const query of ["", ...data.jobIds.map((job) => `job=${job}`)]) {
    const { text } = await web.get(`/api/data/Observation?${query}&page=999&page_size=100`);
    cursors.set(query, z.object({ next: z.string() }).parse(JSON.parse(text)).next);
  }
  both(
    "table Observation, the same by `after`",
    (query) => `/api/data/Observation?${query}&after=${cursors.get(query)}&page_size=100`,
    counting("observations"),
    ["one job", "all jobs"],
  );
  both(
    "table Observation of a patient",
    (query, n) => `/api/data/Observation?${query}&patient=${at(query, n).patient}`,
  );
  // What a patient's page says, without its choice of versions: every row of the patient, out of the jobs.
  both(
    "page of a patient",
    (query, n) => `/api/data/patients/${at(query, n).patient}/summary?${query}`,
    {
      sql: `SELECT count(*), max(resource::text) FROM (
        ${[
          "patients",
          "conditions",
          "observations",
          "medication_requests",
          "encounters",
          "resources",
        ]
          .map(
            (table) =>
              `SELECT patient_id, resource FROM ${table} WHERE etl_job_id = ANY($1::uuid[])`,
          )
          .join(" UNION ALL ")}) AS held WHERE patient_id = $2`,
      parameters: (jobIds) => [jobIds, known[0]?.patient],
    },
    ["one job", "all jobs"],
  );
  both(
    "jobs of a patient",
    (query, n) => `/api/data/patients/${at(query, n).patient}/jobs`,
    undefined,
    ["all jobs"],
  );
  const searched: [string, string, (query: string, n: number) => string, string][] = [
    ["an id", "Observation", (query, n) => at(query, n).id, "id ILIKE '%0123abcd%'"],
    ["a frequent code", "Observation", () => "29463-7", "code ILIKE '%29463-7%'"],
    ["a frequent word", "Observation", () => "weight", "code_display ILIKE '%weight%'"],
    [
      "a word that is not there",
      "Observation",
      () => "xylophone",
      "code_display ILIKE '%xylophone%'",
    ],
    [
      "a name",
      "Patient",
      (query, n) => at(query, n).family.slice(0, 4),
      "family_name ILIKE '%smit%'",
    ],
    ["a word", "Condition", () => "diab", "code_display ILIKE '%diab%'"],
    ["a word", "Encounter", () => "check", "type_display ILIKE '%check%'"],
  ];
  const tables = {
    Observation: "observations",
    Patient: "patients",
    Condition: "conditions",
    Encounter: "encounters",
  };
  for (const [what, type, word, where] of searched) {
    both(
      `search ${type}: ${what}`,
      (query, n) => `/api/data/${type}?${query}&q=${encodeURIComponent(word(query, n))}`,
      counting(tables[type as keyof typeof tables], where),
    );
  }
  both(
    "one Observation",
    (query, n) =>
      `/api/data/Observation/${at(query, n).id}?${query}&patient=${at(query, n).patient}`,
    undefined,
    ["one job"],
  );

  const fixed = (name: string, scope: Question["scope"], path: Question["path"]) =>
    questions.push({ name, scope, target: scope === "all jobs" ? 300 : 100, path });
  fixed("jobs", "all jobs", () => "/api/bulk-data/jobs?page_size=200");
  fixed("jobs, searched", "all jobs", () => "/api/bulk-data/jobs?q=group&sort=duration");
  fixed("jobs, batches as one", "all jobs", () => "/api/exports?page_size=25");
  fixed("jobs, by records", "all jobs", () => "/api/exports?page_size=25&sort=records");
  fixed("overview", "all jobs", () => "/api/overview");
  fixed("status", "one job", (n) => `/api/bulk-data/status/${pick(data.jobIds, n)}`);
  fixed("status of 20,000 files", "one job", () => `/api/bulk-data/status/${data.manyFilesJobId}`);
  fixed(
    "files of 20,000, by speed",
    "one job",
    (n) => `/api/bulk-data/jobs/${data.manyFilesJobId}/files?sort=speed&page=${1 + (n % 50)}`,
  );
  fixed("throughput", "one job", (n) => `/api/bulk-data/jobs/${pick(data.jobIds, n)}/throughput`);
  fixed("log", "one job", (n) => `/api/bulk-data/jobs/${pick(data.jobIds, n)}/events`);
  fixed(
    "rejected lines",
    "one job",
    (n) => `/api/bulk-data/jobs/${data.rejectedJobId}/rejected-lines?page=${1 + (n % 200)}`,
  );
  return questions;
}
