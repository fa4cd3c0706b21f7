import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { prepareJob } from "@/lib/load/prepare-job";
import { settleJob } from "@/lib/load/settle-job";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import { dataRows } from "./data-rows";

await freshDatabase();

const jobs = [randomUUID(), randomUUID(), randomUUID(), randomUUID()] as const;
const words = ["Diabetes mellitus", "diabetic diet", "100% sure", "a_b", "王伟", "Ångström", null];
const codes = ["E11", "e11.9", "44054006", "x%", null];
const nth = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;

/** Every code with every word, in every table. */
async function fill(job: string) {
  const { pool } = database();
  await pool.query(
    `INSERT INTO export_jobs (id, connection_name, fhir_base_url, level, request, created_by, stage)
     VALUES ($1, 'test', 'https://fhir.example', 'system', '{}', 'test', 'done')`,
    [job],
  );
  await prepareJob(job);
  const insert = async (table: string, make: (no: number) => object) => {
    const made = Array.from({ length: 105 }, (_, no) => ({
      etl_job_id: job,
      patient_id: no % 10 === 0 ? "" : `p${no % 7}`,
      id: `r${no}`,
      file_no: 1,
      line_no: no,
      resource: {},
      ...make(no),
    }));
    await pool.query(
      `INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`,
      [JSON.stringify(made)],
    );
  };
  const coded = (no: number) => ({ code: nth(codes, no), code_display: nth(words, no) });
  await insert("patients", (no) => ({
    patient_id: `p${no}`,
    id: `p${no}`,
    family_name: nth(words, no),
    given_name: nth(words, no + 3),
  }));
  await insert("conditions", coded);
  await insert("observations", coded);
  await insert("resources", (no) => ({
    resource_type: nth(["Claim", "Device"], no),
    ...coded(no),
  }));
  await insert("medication_requests", (no) => ({
    medication_code: nth(codes, no),
    medication_display: nth(words, no),
  }));
  await insert("encounters", (no) => ({
    class_code: nth(["AMB", "EMER", null], no),
    type_display: nth(words, no),
  }));
}

beforeAll(async () => {
  for (const job of jobs) await fill(job);
  // The third is not settled: no words, no indexes. So is the last, so large that it is looked at.
  await settleJob(jobs[0]);
  await settleJob(jobs[1]);
  await database().pool.query(
    `INSERT INTO export_files (id, job_id, file_no, kind, resource_type, url, state, locked_by, loaded_bytes)
     VALUES ($1, $2, 1, 'output', 'Claim', 'https://fhir.example/1', 'downloaded', 'test', 20e6)`,
    [randomUUID(), jobs[3]],
  );
});

const tables = {
  Patient: ["patients", "family_name", "given_name"],
  Condition: ["conditions", "code", "code_display"],
  Observation: ["observations", "code", "code_display"],
  MedicationRequest: ["medication_requests", "medication_code", "medication_display"],
  Encounter: ["encounters", "class_code", "type_display"],
  Claim: ["resources", "code", "code_display"],
} as const;
const searched = [
  "DIAB",
  "diabetes m",
  "%",
  "_",
  "a_b",
  "王",
  "ång",
  "e11",
  "44054006",
  "amb",
  "p3",
  "r12",
  "no such word",
];

test("a search finds what plain SQL with ILIKE finds, in settled jobs and others, page after page", async () => {
  for (const [type, [table, first, second]] of Object.entries(tables)) {
    for (const q of searched) {
      const literal = q.replace(/[\\%_]/g, "\\$&");
      const id =
        table === "patients" ? "id LIKE $2" : "id = $3 OR patient_id = $3 OR patient_id LIKE $2";
      for (const chosen of [[...jobs], [jobs[1]], [jobs[2]], [jobs[3]]]) {
        const { rows } = await database().pool.query<{ key: string }>(
          `SELECT etl_job_id || ' ' || patient_id || ' ' || id AS key FROM ${table}
            WHERE etl_job_id = ANY($1) AND (${id} OR ${first} ILIKE $4 OR ${second} ILIKE $4)
              AND $3::text IS NOT NULL
              ${table === "resources" ? "AND resource_type = 'Claim'" : ""} ORDER BY key`,
          [chosen, `${literal}%`, q, `%${literal}%`],
        );
        const found: string[] = [];
        const job = chosen.length === 1 ? chosen : [];
        let after: string | undefined;
        do {
          const list = await dataRows(type, { job, q, page: 1, page_size: 40, after });
          expect(list.total, `${type} ${q}`).toBe(rows.length);
          found.push(...list.rows.map((row) => `${row.job_id} ${row.patient_id} ${row.id}`));
          expect(list.more).toBe(list.next !== null);
          after = list.next ?? undefined;
        } while (after);
        expect(found.sort(), `${type} ${q}`).toEqual(rows.map(({ key }) => key).sort());
      }
    }
  }
});

test("in a large job that loads, an id that is part of a word too is found beside the word's rows", async () => {
  const { pool } = database();
  await pool.query("UPDATE observations SET id = 'diab' WHERE etl_job_id = $1 AND id = 'r4'", [
    jobs[3],
  ]);
  const list = await dataRows("Observation", {
    job: [jobs[3]],
    q: "diab",
    page: 1,
    page_size: 100,
  });
  await pool.query("UPDATE observations SET id = 'r4' WHERE etl_job_id = $1 AND id = 'diab'", [
    jobs[3],
  ]);
  const words = list.rows.map(({ columns }) => columns.code_display);
  expect(list.rows.map(({ id }) => id)).toContain("diab");
  expect(words.filter((word) => /diab/i.test(String(word)))).toHaveLength(list.rows.length - 1);
});

test("pages by `after` are the pages by number", async () => {
  let after: string | undefined;
  for (let page = 1; ; page += 1) {
    const byNumber = await dataRows("Observation", { page, page_size: 50 });
    const byKey = await dataRows("Observation", { page: 1, page_size: 50, after });
    expect(byKey.rows).toEqual(byNumber.rows);
    expect(byKey).toMatchObject({ total: 420, more: byNumber.more, next: byNumber.next });
    if (!byKey.next) break;
    after = byKey.next;
  }
  await expect(
    dataRows("Observation", { page: 1, page_size: 50, after: "bm8" }),
  ).rejects.toMatchObject({ code: "invalid-request" });
});
