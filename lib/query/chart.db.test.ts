import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ChartName, type ChartQuery } from "@/lib/contract/chart";
import { dropJob } from "@/lib/load/drop-job";
import { loadFile } from "@/lib/load/load-file";
import { prepareJob } from "@/lib/load/prepare-job";
import { settleJob } from "@/lib/load/settle-job";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import { numericObservations } from "@/lib/store/numeric-observations";
import { rollUpNames } from "@/lib/store/roll-ups";
import { peopleTables } from "@/lib/store/write-people";
import { chart } from "./chart";
import { dataResource } from "./data-resource";
import { dataRows } from "./data-rows";
import { dataTypes } from "./data-types";

await freshDatabase();
const folder = mkdtempSync(path.join(tmpdir(), "query-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// ---- generated resources: plain objects, whose numbers the tests count for themselves --------------

let seed = 7;
const random = () => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648;
};
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

type Patient = { id: string; gender?: string; birth?: string; died?: string };
type Condition = { id: string; patient: string; code: string | null; text: string };
type Visit = { id: string; patient: string; at: string | null; class: string | null };
type Value = { id: string; patient: string; code: string; value: number; unit: string; at: string };
type Panel = { id: string; patient: string; at: string; systolic: number; diastolic: number };
type Medication = { id: string; patient: string; code: string; display: string };
type Everything = {
  patients: Patient[];
  conditions: Condition[];
  visits: Visit[];
  values: Value[];
  panels: Panel[];
  medications: Medication[];
};

const conditionCodes = Array.from({ length: 25 }, (_, index) => [
  `c${index}`,
  `Condition ${index}`,
]);
const isoDay = (from: number, to: number) =>
  new Date(Date.UTC(from, 0, 1) + random() * (Date.UTC(to, 0, 1) - Date.UTC(from, 0, 1)))
    .toISOString()
    .slice(0, 10);

function generate(prefix: string, patients: number, from: number, to: number): Everything {
  const all: Everything = {
    patients: [],
    conditions: [],
    visits: [],
    values: [],
    panels: [],
    medications: [],
  };
  for (let p = 0; p < patients; p += 1) {
    const id = `${prefix}${p}`;
    all.patients.push({
      id,
      gender: pick(["female", "male", "female", "male", "other", "unknown", undefined]),
      birth: random() < 0.05 ? undefined : isoDay(1915, 2026),
      died: random() < 0.1 ? isoDay(2018, 2026) : undefined,
    });
    for (let n = 0; n < random() * 6; n += 1) {
      const [code, text] = pick(conditionCodes) as [string, string];
      const uncoded = random() < 0.1;
      all.conditions.push({
        id: `${id}c${n}`,
        patient: id,
        code: uncoded ? null : code,
        text: uncoded ? `only words ${code}` : text,
      });
    }
    for (let n = 0; n < random() * 8; n += 1) {
      all.visits.push({
        id: `${id}e${n}`,
        patient: id,
        at: random() < 0.05 ? null : `${isoDay(from, to)}T10:00:00+02:00`,
        class: random() < 0.05 ? null : pick(["AMB", "AMB", "AMB", "EMER", "IMP"]),
      });
    }
    for (let n = 0; n < random() * 10; n += 1) {
      const pounds = random() < 0.2;
      all.values.push({
        id: `${id}o${n}`,
        patient: id,
        code: pick(["weight", "weight", "height"]),
        value: Math.round((40 + random() * 80) * 10) / 10,
        unit: pounds ? "lb" : "kg",
        at: `${isoDay(from, to)}T08:00:00Z`,
      });
    }
    all.panels.push({
      id: `${id}bp`,
      patient: id,
      at: `${isoDay(from, to)}T09:00:00Z`,
      systolic: 100 + Math.floor(random() * 60),
      diastolic: 60 + Math.floor(random() * 40),
    });
    for (let n = 0; n < random() * 4; n += 1) {
      const code = Math.floor(random() * 5);
      all.medications.push({
        id: `${id}m${n}`,
        patient: id,
        code: `m${code}`,
        display: `Drug ${code}`,
      });
    }
  }
  return all;
}

const subject = (patient: string) => ({ subject: { reference: `Patient/${patient}` } });
const concept = (code: string, display: string) => ({
  coding: [{ system: "urn:test", code, display }],
});

const toResources: Record<string, (all: Everything) => object[]> = {
  Patient: (all) =>
    all.patients.map(({ id, gender, birth, died }) => ({
      id,
      gender,
      birthDate: birth,
      deceasedDateTime: died,
      name: [{ family: `Family ${id}`, given: ["Given"] }],
    })),
  Condition: (all) =>
    all.conditions.map(({ id, patient, code, text }) => ({
      id,
      ...subject(patient),
      code: code === null ? { text } : concept(code, text),
    })),
  Encounter: (all) =>
    all.visits.map((visit) => ({
      id: visit.id,
      ...subject(visit.patient),
      ...(visit.class ? { class: { code: visit.class } } : {}),
      ...(visit.at ? { period: { start: visit.at } } : {}),
    })),
  Observation: (all) => [
    ...all.values.map(({ id, patient, code, value, unit, at }) => ({
      id,
      status: "final",
      ...subject(patient),
      code: concept(code, `The ${code}`),
      effectiveDateTime: at,
      valueQuantity: { value, unit },
    })),
    ...all.panels.map(({ id, patient, at, systolic, diastolic }) => ({
      id,
      status: "final",
      ...subject(patient),
      code: concept("bp", "Blood pressure"),
      effectiveDateTime: at,
      component: [
        { code: concept("sys", "Systolic"), valueQuantity: { value: systolic, unit: "mmHg" } },
        { code: concept("dia", "Diastolic"), valueQuantity: { value: diastolic, unit: "mmHg" } },
        { code: concept("text", "No number"), valueString: "x" },
      ],
    })),
    {
      id: `${all.patients[0]?.id}wrong`,
      status: "entered-in-error",
      ...subject("x"),
      code: concept("weight", "The weight"),
      valueQuantity: { value: 1e9, unit: "kg" },
    },
  ],
  MedicationRequest: (all) =>
    all.medications.map(({ id, patient, code, display }) => ({
      id,
      ...subject(patient),
      medicationCodeableConcept: concept(code, display),
    })),
  Location: () => [{ id: "somewhere", name: "Ward 100%" }],
};

async function load(all: Everything, stage: string, expected: "met" | "missed" | "none") {
  const jobId = randomUUID();
  await database().pool.query(
    `INSERT INTO export_jobs
       (id, connection_name, fhir_base_url, level, group_name, request, created_by, stage)
     VALUES ($1, 'test', 'https://fhir.example', 'group', 'The group', '{}', 'test', $2::stage)`,
    [jobId, stage],
  );
  await prepareJob(jobId);
  let fileNo = 0;
  for (const [resourceType, make] of Object.entries(toResources)) {
    fileNo += 1;
    const fileId = randomUUID();
    const file = path.join(folder, fileId);
    const resources = make(all);
    writeFileSync(
      file,
      resources.map((one) => `${JSON.stringify({ resourceType, ...one })}\n`).join(""),
    );
    await database().pool.query(
      `INSERT INTO export_files
         (id, job_id, file_no, kind, resource_type, url, state, locked_by, expected_count)
       VALUES ($1, $2, $3, 'output', $4, $5, 'loaded', 'me', $6)`,
      [
        fileId,
        jobId,
        fileNo,
        resourceType,
        `https://fhir.example/${resourceType}.ndjson`,
        expected === "none" ? null : resources.length + (expected === "missed" ? 1 : 0),
      ],
    );
    await loadFile({
      jobId,
      fileId,
      fileNo,
      kind: "output",
      resourceType,
      path: file,
      leaseHolder: "me",
    });
  }
  return jobId;
}

// ---- two jobs that share their first forty patients ------------------------------------------------

const long = generate("p", 120, 2012, 2026);
const short = generate("q", 60, 2023, 2026);
short.patients.push(...long.patients.slice(0, 40));
let one: string;
let two: string;
let empty: string;

beforeAll(async () => {
  empty = await load(
    { patients: [], conditions: [], visits: [], values: [], panels: [], medications: [] },
    "failed",
    "met",
  );
  one = await load(long, "done", "met");
  two = await load(short, "done", "none");
});

const of = (...job: string[]): ChartQuery => ({ job });
const both = (read: (all: Everything) => readonly unknown[]) => [...read(long), ...read(short)];

const countBy = <T>(list: readonly T[], key: (item: T) => string) => {
  const counts = new Map<string, number>();
  for (const item of list) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
};

/** percentile_cont */
function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const low = sorted[Math.floor(place)] as number;
  const high = sorted[Math.ceil(place)] as number;
  return low + (high - low) * (place - Math.floor(place));
}

test("summary: patients are distinct, resources are rows, the period spans encounters and observations", async () => {
  const rowsOf = (all: Everything) =>
    Object.values(toResources).reduce((sum, make) => sum + make(all).length, 0);
  const times = [long, short].flatMap((all) =>
    [...all.visits, ...all.values, ...all.panels].flatMap(({ at }) => (at ? [Date.parse(at)] : [])),
  );
  expect(await chart("summary", of(one, two))).toMatchObject({
    patients: 180,
    resources: rowsOf(long) + rowsOf(short),
    jobs: 2,
    period: {
      from: new Date(Math.min(...times)).toISOString(),
      to: new Date(Math.max(...times)).toISOString(),
    },
    jobs_complete: 1,
    jobs_incomplete: 0,
    jobs_unknown: 1,
  });
  expect(await chart("summary", of())).toMatchObject({ jobs: 3, jobs_incomplete: 1 });
  expect(await chart("summary", of(randomUUID()))).toMatchObject({
    patients: 0,
    resources: 0,
    jobs: 0,
    period: null,
    jobs_complete: 0,
    jobs_incomplete: 0,
    jobs_unknown: 0,
  });
});

test("resources by type: rows, most first, of the chosen jobs only", async () => {
  const expected = Object.entries(toResources)
    .map(([type, make]) => ({ type, records: make(short).length }))
    .sort((a, b) => b.records - a.records || (a.type < b.type ? -1 : 1));
  expect(await chart("resources-by-type", of(two))).toMatchObject({
    types: expected,
    source: { job_ids: [two], jobs_complete: 0, jobs_incomplete: 0, jobs_unknown: 1 },
    left_out: { undated: 0, without_patient: 0 },
  });
  expect(await dataTypes({ job: [two] })).toEqual({ types: expected });
  const conditions = long.conditions.filter(({ patient }) => patient === "p50").length;
  const ofOne = (await dataTypes({ job: [one], patient: "p50" })).types;
  expect(ofOne.find(({ type }) => type === "Patient")?.records).toBe(1);
  expect(ofOne.find(({ type }) => type === "Condition")?.records ?? 0).toBe(conditions);
  const all = (await dataTypes()).types.find(({ type }) => type === "Patient");
  expect(all?.records).toBe(220);
});

test("types of one patient are counted under the filters of the rows, as the rows are", async () => {
  const visitsOf = (id: string) => long.visits.filter(({ patient, at }) => patient === id && at);
  const [first] = [...long.patients].sort((a, b) => visitsOf(b.id).length - visitsOf(a.id).length);
  const patient = first?.id ?? "";
  const [month = ""] = visitsOf(patient).map(({ at }) => at?.slice(0, 7) ?? "");
  const counted = async (filters: object, type: string) => {
    const { types } = await dataTypes({ job: [one], patient, ...filters });
    return types.find((one) => one.type === type)?.records ?? 0;
  };
  const inMonth = visitsOf(patient).filter(({ at }) => at?.startsWith(month)).length;
  expect(inMonth).toBeGreaterThan(0);
  expect(inMonth).toBeLessThan(visitsOf(patient).length);
  expect(await counted({ from: month, to: month }, "Encounter")).toBe(inMonth);
  const sexes = ["female", "male", "other", "unknown"] as const;
  const page = { page: 1, page_size: 1 };
  for (const type of ["Patient", "Encounter", "Condition", "Observation"]) {
    const bySex = await Promise.all(
      sexes.map(async (sex) => {
        const filters = { sex: [sex], from: month };
        const { total } = await dataRows(type, { job: [one], patient, ...filters, ...page });
        expect(await counted(filters, type)).toBe(total);
        return total ?? 0;
      }),
    );
    // A person is of one sex.
    expect(bySex.filter((total) => total > 0).length).toBeLessThanOrEqual(1);
    const all = bySex.reduce((sum, total) => sum + total, 0);
    expect(await counted({ from: month }, type)).toBe(all);
  }
});

test("patients by age and sex: age at death or today, a patient of two jobs once", async () => {
  const bands = [
    ...Array.from({ length: 10 }, (_, i) => (i === 9 ? "90+" : `${i * 10}–${i * 10 + 9}`)),
    "unknown",
  ];
  const expected = bands.map((band) => ({ band, female: 0, male: 0, other: 0, unknown: 0 }));
  const today = new Date().toISOString().slice(0, 10);
  const distinct = new Map(
    [...long.patients, ...short.patients].map((patient) => [patient.id, patient]),
  );
  for (const { gender, birth, died } of distinct.values()) {
    const end = died ?? today;
    const age = birth
      ? Number(end.slice(0, 4)) -
        Number(birth.slice(0, 4)) -
        (end.slice(5) < birth.slice(5) ? 1 : 0)
      : -1;
    const row = expected[age < 0 ? 10 : Math.min(9, Math.floor(age / 10))];
    if (row) row[(gender ?? "unknown") as "female" | "male" | "other" | "unknown"] += 1;
  }
  expect(await chart("patients-by-age-and-sex", of(one, two))).toMatchObject({ bands: expected });
});

test("most frequent conditions: codes by rows with their patients, words where there is no code", async () => {
  const { codes, distinct } = await chart("most-frequent-conditions", of(one));
  const records = countBy(long.conditions, ({ code, text }) => code ?? text);
  expect(distinct).toBe(records.size);
  expect(codes).toHaveLength(20);
  expect(codes.map((row) => row.records)).toEqual(
    [...records.values()].sort((a, b) => b - a).slice(0, 20),
  );
  for (const row of codes) {
    const mine = long.conditions.filter((one) =>
      row.code === null ? one.code === null && one.text === row.display : one.code === row.code,
    );
    expect(row).toMatchObject({
      records: mine.length,
      patients: new Set(mine.map(({ patient }) => patient)).size,
      display: mine[0]?.text,
      code_system: row.code === null ? null : "urn:test",
    });
  }
});

test("most frequent medications: counted over both jobs", async () => {
  const all = both((some) => some.medications) as Medication[];
  const records = countBy(all, ({ code }) => code);
  const { codes, distinct } = await chart("most-frequent-medications", of());
  expect(distinct).toBe(records.size);
  expect(new Map(codes.map((row) => [row.code, row.records]))).toEqual(records);
  expect(codes.map((row) => row.patients)).toEqual(
    codes.map((row) => new Set(all.filter((m) => m.code === row.code).map((m) => m.patient)).size),
  );
});

test("encounters over time: months within six years, years beyond, every point there", async () => {
  for (const [job, all, unit, length] of [
    [two, short, "month", 7],
    [one, long, "year", 4],
  ] as const) {
    const found = await chart("encounters-over-time", of(job));
    expect(found.unit).toBe(unit);
    expect(found.undated).toBe(all.visits.filter(({ at }) => at === null).length);
    const totals = countBy(
      all.visits.filter(({ at }) => at),
      (visit) => visit.class ?? "unknown",
    );
    expect([...found.classes].sort()).toEqual([...totals.keys()].sort());
    expect(found.classes[0]).toBe("AMB");

    const expected = countBy(
      all.visits.filter(({ at }) => at),
      (visit) =>
        `${new Date(visit.at ?? "").toISOString().slice(0, length)} ${visit.class ?? "unknown"}`,
    );
    const drawn = new Map(
      found.points.flatMap(({ at, counts }) =>
        Object.entries(counts)
          .filter(([, count]) => count > 0)
          .map(([name, count]) => [`${at.slice(0, length)} ${name}`, count] as const),
      ),
    );
    expect(drawn).toEqual(expected);
    const steps = found.points.map(
      ({ at }) => Number(at.slice(0, 4)) * 12 + Number(at.slice(5, 7)),
    );
    for (const [index, step] of steps.entries()) {
      if (index > 0) expect(step - (steps[index - 1] ?? 0)).toBe(unit === "year" ? 12 : 1);
    }
    for (const point of found.points) expect(Object.keys(point.counts)).toEqual(found.classes);
  }
});

test("observation codes: numeric ones, components under their own codes, units most frequent first", async () => {
  const { codes } = await chart("observation-codes", of(one));
  const records = countBy(long.values, ({ code }) => code);
  expect(Object.fromEntries(codes.map((row) => [row.code, row.records]))).toEqual({
    ...Object.fromEntries(records),
    sys: long.panels.length,
    dia: long.panels.length,
  });
  const weight = codes.find(({ code }) => code === "weight");
  expect(weight).toMatchObject({ display: "The weight", units: ["kg", "lb"] });
  expect(codes.find(({ code }) => code === "sys")).toMatchObject({
    display: "Systolic",
    units: ["mmHg"],
  });
});

test("observation distribution: one unit, its mean and quantiles, bins that add up", async () => {
  for (const unit of [undefined, "lb"]) {
    const values = long.values
      .filter((row) => row.code === "weight" && row.unit === (unit ?? "kg"))
      .map(({ value }) => value);
    const found = await chart("observation-distribution", { job: [one], code: "weight", unit });
    expect(found).toMatchObject({ unit: unit ?? "kg", count: values.length });
    expect(found.mean).toBeCloseTo(values.reduce((a, b) => a + b) / values.length, 6);
    expect(found.median).toBeCloseTo(quantile(values, 0.5), 6);
    expect(found.p05).toBeCloseTo(quantile(values, 0.05), 6);
    expect(found.p95).toBeCloseTo(quantile(values, 0.95), 6);
    expect(found.bins.length).toBeGreaterThan(5);
    expect(found.bins.length).toBeLessThanOrEqual(30);
    const last = found.bins.length - 1;
    for (const [index, bin] of found.bins.entries()) {
      const inside = values.filter(
        (value) => (index === 0 || value >= bin.from) && (index === last || value < bin.to),
      );
      expect(bin.count).toBe(inside.length);
      if (index > 0) expect(bin.from).toBe(found.bins[index - 1]?.to);
    }
  }
  const pressure = await chart("observation-distribution", { job: [one], code: "dia" });
  expect(pressure.count).toBe(120);
  expect(pressure.median).toBe(
    quantile(
      long.panels.map((row) => row.diastolic),
      0.5,
    ),
  );
});

test("observation distribution: on bins that are asked for, so that two can be laid over each other", async () => {
  const values = long.values
    .filter(({ code, unit }) => code === "weight" && unit === "kg")
    .map(({ value }) => value);
  const low = Math.floor(quantile(values, 0.3));
  const asked = { job: [one], code: "weight", unit: "kg", bin_width: 0.5 };
  const found = await chart("observation-distribution", {
    ...asked,
    bin_from: low,
    bin_to: low + 2,
  });
  expect(found.bins.map(({ from, to }) => [from, to])).toEqual([
    [low, low + 0.5],
    [low + 0.5, low + 1],
    [low + 1, low + 1.5],
    [low + 1.5, low + 2],
  ]);
  // What lies beyond is in the outermost, as ever.
  expect(found.bins.map(({ count }) => count)).toEqual([
    values.filter((value) => value < low + 0.5).length,
    values.filter((value) => value >= low + 0.5 && value < low + 1).length,
    values.filter((value) => value >= low + 1 && value < low + 1.5).length,
    values.filter((value) => value >= low + 1.5).length,
  ]);
  expect(found.count).toBe(values.length);

  const own = await chart("observation-distribution", { job: [one], code: "weight", unit: "kg" });
  expect({ ...found, bins: [] }).toEqual({ ...own, bins: [] });
  // Of a code that nobody has there are bins too, without anything in them.
  const nothing = await chart("observation-distribution", {
    ...asked,
    code: "no such code",
    bin_from: 0,
    bin_to: 1,
  });
  expect(nothing.bins.map(({ count }) => count)).toEqual([0, 0]);
});

test("observation distribution: nothing and one single value are answers too", async () => {
  const nothing = await chart("observation-distribution", { job: [one], code: "no such code" });
  expect(nothing).toMatchObject({
    unit: null,
    count: 0,
    mean: null,
    median: null,
    p05: null,
    p95: null,
    bins: [],
  });
  await expect(chart("observation-distribution", of(one))).rejects.toMatchObject({
    code: "invalid-request",
  });
  const [panel] = long.panels;
  const { rows } = await database().pool.query(
    "UPDATE observations SET code = 'single' WHERE etl_job_id = $1 AND id = $2 RETURNING value_quantity",
    [one, long.values[0]?.id],
  );
  const value = rows[0].value_quantity;
  expect(panel).toBeDefined();
  expect(await chart("observation-distribution", { job: [one], code: "single" })).toMatchObject({
    count: 1,
    bins: [{ from: value, to: value, count: 1 }],
  });
  await database().pool.query(
    "UPDATE observations SET code = $3 WHERE etl_job_id = $1 AND id = $2",
    [one, long.values[0]?.id, long.values[0]?.code],
  );
});

test("observation trend: median and quartiles a month or a year, in one unit", async () => {
  for (const [job, all, length] of [
    [two, short, 7],
    [one, long, 4],
  ] as const) {
    const mine = all.values.filter(({ code, unit }) => code === "height" && unit === "kg");
    const expected = [...new Set(mine.map(({ at }) => at.slice(0, length)))].sort();
    const found = await chart("observation-trend", { job: [job], code: "height" });
    expect(found.unit).toBe("kg");
    expect(found.points.map(({ at }) => at.slice(0, length))).toEqual(expected);
    for (const point of found.points) {
      const values = mine
        .filter(({ at }) => at.startsWith(point.at.slice(0, length)))
        .map(({ value }) => value);
      expect(point.count).toBe(values.length);
      expect(point.median).toBeCloseTo(quantile(values, 0.5), 6);
      expect(point.p25).toBeCloseTo(quantile(values, 0.25), 6);
      expect(point.p75).toBeCloseTo(quantile(values, 0.75), 6);
    }
  }
});

test("charts of a job without rows are empty, not errors", async () => {
  const none = of(empty);
  await database().pool.query("DELETE FROM observations WHERE etl_job_id = $1", [empty]);
  expect((await chart("encounters-over-time", none)).points).toEqual([]);
  expect((await chart("observation-codes", none)).codes).toEqual([]);
  expect(await chart("most-frequent-conditions", none)).toMatchObject({ codes: [], distinct: 0 });
  expect((await chart("observation-trend", { ...none, code: "x" })).points).toEqual([]);
  expect((await chart("patients-by-age-and-sex", none)).bands).toHaveLength(11);
});

test("shapes that no server should send do not break a chart", async () => {
  const jobId = await load(
    { patients: [], conditions: [], visits: [], values: [], panels: [], medications: [] },
    "load",
    "none",
  );
  for (const value of [1e200, -1.7e308]) {
    await database().pool.query(
      `INSERT INTO observations (etl_job_id, patient_id, id, file_no, line_no, resource,
         component_systems, component_codes, component_displays, component_units, component_values)
       VALUES ($1, '', 'huge' || $2::float8, 1, 1, '{}', '{NULL}', '{odd}', '{Odd}', '{kg}',
               ARRAY[$2::float8])`,
      [jobId, value],
    );
  }
  expect(await chart("observation-codes", of(jobId))).toMatchObject({ codes: [] });
});

// ---- the data browser --------------------------------------------------------------------------------

const page = { page: 1, page_size: 25 };

test("data rows come newest job first, page after page without gaps or repeats", async () => {
  const seen: string[] = [];
  for (let number = 1; ; number += 1) {
    const list = await dataRows("Patient", { page: number, page_size: 50 });
    expect(list.total).toBe(220);
    seen.push(...list.rows.map((row) => `${row.job_id} ${row.id}`));
    if (!list.more) break;
  }
  expect(seen).toHaveLength(220);
  expect(new Set(seen).size).toBe(220);
  expect(seen.slice(0, 100).every((row) => row.startsWith(two))).toBe(true);
});

test("data rows are filtered by job, patient and words; % and _ are letters", async () => {
  const mine = await dataRows("Observation", { ...page, job: [one], patient: "p3" });
  expect(mine.total).toBe(long.values.filter(({ patient }) => patient === "p3").length + 1);
  const words = await dataRows("Condition", { ...page, job: [one], q: "ONLY WORDS" });
  expect(words.total).toBe(long.conditions.filter(({ code }) => code === null).length);
  expect((await dataRows("Patient", { ...page, q: "family p7" })).rows[0]?.columns).toMatchObject({
    family_name: "Family p7",
    birth_date: long.patients[7]?.birth ?? null,
  });
  expect((await dataRows("Location", { ...page, job: [one], q: "100%" })).total).toBe(1);
  expect((await dataRows("Location", { ...page, job: [one], q: "1%0" })).total).toBe(0);
  expect((await dataRows("Organization", page)).rows).toEqual([]);
  const visit = long.visits.find(({ at }) => at);
  const found = await dataRows("Encounter", { ...page, job: [one], q: visit?.id });
  expect(found.rows.find(({ id }) => id === visit?.id)?.columns.start_at).toBe(
    new Date(visit?.at ?? "").toISOString(),
  );
});

test("one resource comes with its job, group, file and line", async () => {
  const found = await dataResource("Patient", "p1", { job: one, patient: "p1" });
  expect(found).toMatchObject({
    job_id: one,
    type: "Patient",
    file_no: 1,
    line_no: 2,
    file_url: "https://fhir.example/Patient.ndjson",
    group_name: "The group",
    resource: { resourceType: "Patient", id: "p1" },
  });
  expect((await dataResource("Patient", "p1", {})).job_id).toBe(two);
  expect((await dataResource("Location", "somewhere", { patient: "" })).id).toBe("somewhere");
  await expect(dataResource("Patient", "nobody", {})).rejects.toMatchObject({ code: "not-found" });
});

// ---- roll-ups: settled jobs are drawn from them, others from their rows ------------------------------

const maybe = <T>(list: readonly T[]): T | null => (random() < 0.15 ? null : pick(list));
const nextYear = new Date().getUTCFullYear() + 1;
const anyTime = () =>
  random() < 0.1
    ? pick([
        "1850-03-01T00:00:00Z",
        "2150-03-01T00:00:00Z",
        // Up to a year ahead is plausible: some months of that year are, others are not.
        ...["01", "06", "10", "12"].map((month) => `${nextYear}-${month}-15T00:00:00Z`),
      ])
    : maybe([`${isoDay(2015, 2026)}T23:30:00-05:00`]);

/** A birth so many days after the day on which one is ten, twenty, … years old today. */
const birthday = (days: number) => {
  const day = new Date();
  day.setUTCFullYear(day.getUTCFullYear() - 10 * Math.floor(random() * 10));
  day.setUTCDate(day.getUTCDate() + days);
  return day.toISOString().slice(0, 10);
};

/** Rows as a careless server might have sent them; jobs share patients, ids and codes. */
async function oddJob(): Promise<string> {
  const jobId = randomUUID();
  await database().pool.query(
    `INSERT INTO export_jobs (id, connection_name, fhir_base_url, level, request, created_by, stage)
     VALUES ($1, 'test', 'https://fhir.example', 'system', '{}', 'test', 'done')`,
    [jobId],
  );
  await prepareJob(jobId);
  const insert = async (table: string, count: number, make: (no: number) => object) => {
    const made = Array.from({ length: count }, (_, no) => ({
      etl_job_id: jobId,
      patient_id: random() < 0.1 ? "" : `p${Math.floor(random() * 60)}`,
      id: `r${no}`,
      file_no: 1,
      line_no: no,
      resource: {},
      ...make(no),
    }));
    await database().pool.query(
      `INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1)`,
      [JSON.stringify(made)],
    );
  };
  const system = () => maybe(["urn:a", "urn:a", "urn:b"]);
  const word = () => maybe(["x", "X", "y"]);
  await insert("patients", 50, (no) => ({
    patient_id: `p${no}`,
    id: `p${no}`,
    gender: maybe(["female", "male", "other"]),
    birth_date: maybe([isoDay(1920, 2026), birthday(-1), birthday(0), birthday(1)]),
    deceased: maybe([true, false]),
    deceased_at: random() < 0.2 ? `${isoDay(2018, 2026)}T00:00:00Z` : null,
    last_updated: maybe([`${isoDay(2024, 2026)}T00:00:00Z`]),
  }));
  await insert("conditions", 400, () => ({
    code_system: system(),
    code: maybe(["a", "b", "c", "d"]),
    code_display: word(),
    onset_at: anyTime(),
    recorded_at: anyTime(),
  }));
  await insert("medication_requests", 300, () => ({
    medication_system: system(),
    medication_code: maybe(Array.from({ length: 30 }, (_, no) => `m${no}`)),
    medication_display: word(),
    authored_at: anyTime(),
  }));
  await insert("encounters", 300, () => ({
    class_code: maybe(["AMB", "IMP"]),
    start_at: anyTime(),
  }));
  await insert("resources", 40, () => ({
    resource_type: pick(["Location", "Claim"]),
    occurred_at: anyTime(),
  }));
  await insert("observations", 3000, () => ({
    code_system: system(),
    code: maybe(["weight", "height", "sys"]),
    code_display: word(),
    status: maybe(["final", "final", "entered-in-error"]),
    effective_at: anyTime(),
    ...(random() < 0.7
      ? {
          value_quantity: Math.round(random() * pick([100, 1000, -50])) / 10,
          value_unit: maybe(["kg", "kg", "lb"]),
        }
      : {
          value_text: random() < 0.1 ? "words" : null,
          component_systems: [null, null],
          component_codes: [pick(["sys", "dia"]), "other"],
          component_displays: [word(), "Other"],
          component_units: [maybe(["mmHg", "kg"]), null],
          component_values: [Math.floor(random() * 90), 1e200],
        }),
  }));
  return jobId;
}

/** Every chart, with each code that there is. */
async function everyChart(job: string[]) {
  const query = of(...job);
  const found: Record<string, unknown> = {};
  for (const name of ChartName.options) {
    if (!/distribution|trend/.test(name)) found[name] = await chart(name, query);
  }
  const { codes } = await chart("observation-codes", query);
  for (const code of new Set(codes.map((row) => row.code ?? undefined))) {
    for (const unit of [undefined, "", "kg"]) {
      const one = { job, code, unit };
      found[`distribution ${code} ${unit}`] = await chart("observation-distribution", one);
      found[`trend ${code} ${unit}`] = await chart("observation-trend", one);
    }
  }
  return found;
}

/** A mean is a sum, and a sum of doubles depends on their order in its last digits. */
const rounded = (found: Record<string, unknown>) =>
  JSON.parse(JSON.stringify(found), (key, value) =>
    key === "mean" && value !== null ? Number(Number(value).toPrecision(12)) : value,
  );

const rolledUpJobs = async () =>
  (await database().pool.query("SELECT etl_job_id AS id FROM roll_up_jobs")).rows.map(
    ({ id }) => id,
  );

/** What plain SQL over the rows says; the distribution's and the trend's quantiles by percentile_cont. */
const plainly = {
  values: `
    SELECT unit, count(*)::int AS count, avg(value) AS mean,
           percentile_cont(0.05) WITHIN GROUP (ORDER BY value) AS p05,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS median,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY value) AS p95
      FROM (${numericObservations("$1")}) AS numbers
     WHERE code = 'weight' AND unit = 'kg' GROUP BY unit`,
  years: `
    SELECT to_char(date_trunc('year', effective_at AT TIME ZONE 'UTC'), 'YYYY-MM-DD') AS at,
           count(*)::int AS count,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS median,
           percentile_cont(0.25) WITHIN GROUP (ORDER BY value) AS p25,
           percentile_cont(0.75) WITHIN GROUP (ORDER BY value) AS p75
      FROM (${numericObservations("$1")}) AS numbers
     WHERE code = 'weight' AND unit = 'kg'
       AND date_trunc('month', effective_at AT TIME ZONE 'UTC')
           BETWEEN '1900-01-01' AND (now() AT TIME ZONE 'UTC' + interval '1 year')::date
     GROUP BY 1 ORDER BY 1`,
  ages: `
    SELECT COALESCE(CASE WHEN years >= 90 THEN '90+'
             WHEN years >= 0 THEN floor(years / 10) * 10 || '–' || floor(years / 10) * 10 + 9 END, 'unknown') AS band,
           count(*)::int AS patients
      FROM (
        SELECT CASE WHEN deceased_at IS NOT NULL
                      OR (deceased IS NOT TRUE AND birth_date <= (now() AT TIME ZONE 'UTC')::date) THEN
                 extract(year FROM age((COALESCE(deceased_at, now()) AT TIME ZONE 'UTC')::date, birth_date)) END AS years
          FROM (SELECT DISTINCT ON (id) * FROM patients WHERE etl_job_id = ANY($1::uuid[])
                 ORDER BY id, last_updated DESC NULLS LAST, etl_job_id) AS one_row_each
      ) AS aged
     GROUP BY 1`,
  medications: `
    SELECT medication_system AS code_system, medication_code AS code, count(*)::int AS records,
           COALESCE(mode() WITHIN GROUP (ORDER BY medication_display), medication_code, '') AS display,
           count(DISTINCT NULLIF(patient_id, ''))::int AS patients
      FROM medication_requests WHERE etl_job_id = ANY($1::uuid[])
     GROUP BY 1, 2, CASE WHEN medication_code IS NULL THEN medication_display END`,
};

test("charts say the same from roll-ups, from rows and from a mixture of both", async () => {
  const jobs = [await oddJob(), await oddJob(), await oddJob()] as const;
  const [first, second, third] = jobs;
  const choices = [[first], [second, third], []];
  const fromRows = [];
  for (const chosen of choices) fromRows.push(rounded(await everyChart(chosen)));
  expect(await rolledUpJobs()).toEqual([]);

  for (const settled of jobs) {
    await settleJob(settled);
    for (const [index, chosen] of choices.entries()) {
      expect(rounded(await everyChart(chosen))).toEqual(fromRows[index]);
    }
  }
  expect((await rolledUpJobs()).sort()).toEqual([...jobs].sort());

  const ask = async (sql: string) => (await database().pool.query(sql, [jobs])).rows;
  const weight = { job: [...jobs], code: "weight", unit: "kg" };
  const { bins, mean, source, left_out, ...distribution } = await chart(
    "observation-distribution",
    weight,
  );
  const [{ mean: plainMean, ...plain }] = await ask(plainly.values);
  expect(distribution).toEqual(plain);
  expect(mean).toBeCloseTo(plainMean, 9);
  expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(plain.count);
  expect((await chart("observation-trend", weight)).points).toEqual(await ask(plainly.years));
  const { bands } = await chart("patients-by-age-and-sex", of(...jobs));
  const aged = bands.flatMap(({ band, female, male, other, unknown }) => {
    const patients = female + male + other + unknown;
    return patients > 0 ? [{ band, patients }] : [];
  });
  const byBand = (a: { band: string }, b: { band: string }) => (a.band < b.band ? -1 : 1);
  expect(aged.sort(byBand)).toEqual((await ask(plainly.ages)).sort(byBand));
  const medications = await chart("most-frequent-medications", of(...jobs));
  const plainMedications = await ask(plainly.medications);
  expect(medications.distinct).toBe(plainMedications.length);
  for (const code of medications.codes) expect(plainMedications).toContainEqual(code);
}, 120_000);

// ---- filters -------------------------------------------------------------------------------------------

type Filters = Pick<ChartQuery, "job" | "sex" | "age" | "from" | "to">;

/** What filters mean, in plain SQL over rows: `people`, and every resource with its date. */
function plainFilters({ sex = [], age = [], from, to }: Filters) {
  const some = sex.length + age.length > 0;
  const list = (values: string[]) => values.map((value) => `'${value}'`).join(", ");
  const known = `
    SELECT id, CASE gender WHEN 'female' THEN 'female' WHEN 'male' THEN 'male' WHEN 'other' THEN 'other'
                 ELSE 'unknown' END AS sex,
           COALESCE(CASE WHEN years >= 90 THEN '90+'
             WHEN years >= 0 THEN floor(years / 10) * 10 || '-' || floor(years / 10) * 10 + 9 END, 'unknown') AS band
      FROM (
        SELECT id, gender, CASE WHEN deceased_at IS NOT NULL
                      OR (deceased IS NOT TRUE AND birth_date <= (now() AT TIME ZONE 'UTC')::date) THEN
                 extract(year FROM age((COALESCE(deceased_at, now()) AT TIME ZONE 'UTC')::date, birth_date)) END AS years
          FROM (SELECT DISTINCT ON (id) * FROM patients WHERE etl_job_id = ANY($1::uuid[])
                 ORDER BY id, last_updated DESC NULLS LAST, etl_job_id) AS one_row_each
      ) AS aged`;
  const ofThem = some
    ? `patient_id IN (SELECT id FROM (${known}) AS known WHERE ${sex.length ? `sex IN (${list(sex)})` : "true"}
         AND ${age.length ? `band IN (${list(age)})` : "true"})`
    : "true";
  const inMonths = (date: string) =>
    `(${[
      "true",
      from && `date_trunc('month', ${date} AT TIME ZONE 'UTC') >= '${from}-01'`,
      to && `date_trunc('month', ${date} AT TIME ZONE 'UTC') <= '${to}-01'`,
    ]
      .filter(Boolean)
      .join(" AND ")})`;
  const dated = Boolean(from || to);
  const taken = (date: string) => `(${ofThem} AND ${dated ? inMonths(date) : "true"})`;
  return {
    known,
    taken,
    undated: (date: string) => `(${dated} AND ${ofThem} AND ${date} IS NULL)`,
    withoutPatient: (date: string) =>
      `(${some} AND patient_id NOT IN (SELECT id FROM (${known}) AS known)
        AND (${!dated} OR ${date} IS NULL OR ${inMonths(date)}))`,
  };
}

const dated: [table: string, type: string, date: string][] = [
  ["patients", "'Patient'", "NULL::timestamptz"],
  ["conditions", "'Condition'", "COALESCE(onset_at, recorded_at)"],
  ["observations", "'Observation'", "effective_at"],
  ["medication_requests", "'MedicationRequest'", "authored_at"],
  ["encounters", "'Encounter'", "start_at"],
  ["resources", "resource_type", "occurred_at"],
];

/** The numbers of those Observations, whatever the statement makes of a condition of its own. */
const numbersOf = (where: string) =>
  numericObservations("$1").replaceAll(
    "FROM observations",
    `FROM (SELECT * FROM observations WHERE ${where}) AS observations`,
  );

/** Every chart under filters against SQL over the rows that knows nothing of roll-ups. */
async function checkFiltered(filters: Filters) {
  const jobs = (await chart("summary", filters)).source.job_ids;
  const ask = async (sql: string) => (await database().pool.query(sql, [jobs])).rows;
  const { known, taken, undated, withoutPatient } = plainFilters(filters);
  const parts = (date: string) => `
    count(*) FILTER (WHERE ${taken(date)})::int AS records,
    count(*) FILTER (WHERE ${undated(date)})::int AS undated,
    count(*) FILTER (WHERE ${withoutPatient(date)})::int AS without_patient`;
  const byType = (
    await ask(
      dated
        .map(
          ([table, type, date]) =>
            `SELECT ${type} AS type, ${parts(date)} FROM ${table} WHERE etl_job_id = ANY($1) GROUP BY 1`,
        )
        .join(" UNION ALL "),
    )
  ).filter((row) => row.records + row.undated + row.without_patient > 0);
  const named = (a: { type: string }, b: { type: string }) => (a.type < b.type ? -1 : 1);
  const types = await chart("resources-by-type", filters);
  expect(types.types.sort(named)).toEqual(byType.sort(named));
  const total = (name: "records" | "undated" | "without_patient") =>
    byType.reduce((sum, row) => sum + row[name], 0);
  const left_out = { undated: total("undated"), without_patient: total("without_patient") };
  expect(types.left_out).toEqual(left_out);

  const { sex = [], age = [] } = filters;
  const patients = (await ask(known)).filter(
    (one) => (!sex.length || sex.includes(one.sex)) && (!age.length || age.includes(one.band)),
  );
  const summary = await chart("summary", filters);
  expect(summary).toMatchObject({
    patients: patients.length,
    resources: total("records"),
    left_out,
  });
  if (sex.length + age.length > 0) {
    const format = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
    const month = (table: string, date: string) =>
      `SELECT date_trunc('month', ${date} AT TIME ZONE 'UTC') AS m FROM ${table}
        WHERE etl_job_id = ANY($1) AND ${taken(date)}`;
    const [span] = await ask(
      `SELECT to_char(min(m), ${format}) AS from,
              to_char(max(m) + interval '1 month' - interval '1 ms', ${format}) AS to
         FROM (${month("encounters", "start_at")} UNION ALL ${month("observations", "effective_at")}) AS months
        WHERE m BETWEEN '1900-01-01' AND (now() AT TIME ZONE 'UTC' + interval '1 year')::date`,
    );
    expect(summary.period).toEqual(span.from === null ? null : span);
  }
  const { bands } = await chart("patients-by-age-and-sex", filters);
  for (const row of bands) {
    for (const one of ["female", "male", "other", "unknown"] as const) {
      const here = patients.filter(
        ({ sex, band }) => sex === one && band === row.band.replace("–", "-"),
      );
      expect(row[one], `${row.band} ${one}`).toBe(here.length);
    }
  }

  for (const [name, table, prefix, display, date] of [
    ["most-frequent-conditions", "conditions", "code", "code_display", dated[1]?.[2]],
    [
      "most-frequent-medications",
      "medication_requests",
      "medication",
      "medication_display",
      "authored_at",
    ],
  ] as const) {
    const [system, code] =
      prefix === "code" ? ["code_system", "code"] : ["medication_system", "medication_code"];
    const plain = await ask(
      `SELECT ${system} AS code_system, ${code} AS code, count(*)::int AS records,
              COALESCE(mode() WITHIN GROUP (ORDER BY ${display}), ${code}, '') AS display,
              count(DISTINCT NULLIF(patient_id, ''))::int AS patients
         FROM ${table} WHERE etl_job_id = ANY($1) AND ${taken(date ?? "")}
        GROUP BY 1, 2, CASE WHEN ${code} IS NULL THEN ${display} END`,
    );
    const found = await chart(name, filters);
    expect(found.distinct).toBe(plain.length);
    expect(found.codes).toHaveLength(Math.min(20, plain.length));
    for (const one of found.codes) expect(plain).toContainEqual(one);
    const [out] = await ask(`SELECT ${parts(date ?? "")} FROM ${table} WHERE etl_job_id = ANY($1)`);
    expect({ records: out.records, ...found.left_out }).toEqual(out);
  }

  const visits = await chart("encounters-over-time", filters);
  const plainVisits = await ask(
    `SELECT COALESCE(class_code, 'unknown') AS class, count(*)::int AS n,
            count(*) FILTER (WHERE start_at IS NULL OR start_at < '1900-01-01'
              OR date_trunc('month', start_at AT TIME ZONE 'UTC') > (now() AT TIME ZONE 'UTC') + interval '1 year')::int AS odd
       FROM encounters WHERE etl_job_id = ANY($1) AND ${taken("start_at")} GROUP BY 1`,
  );
  for (const { class: name, n, odd } of plainVisits) {
    const shown = visits.points.reduce((sum, { counts }) => sum + (counts[name] ?? 0), 0);
    expect(shown, name).toBe(n - odd);
  }
  expect(visits.undated - visits.left_out.undated).toBe(
    plainVisits.reduce((sum, { odd }) => sum + odd, 0),
  );

  const numbers = `(SELECT * FROM (${numbersOf(taken("effective_at"))}) AS numbers)`;
  const codes = await chart("observation-codes", filters);
  const key = (row: { code_system: string | null; code: string | null }) =>
    `${row.code_system} ${row.code}`;
  expect(new Map(codes.codes.map((row) => [key(row), row.records]))).toEqual(
    new Map(
      (
        await ask(
          `SELECT code_system, code, count(*)::int AS n FROM ${numbers} AS n WHERE code IS NOT NULL GROUP BY 1, 2`,
        )
      ).map((row) => [key(row), row.n]),
    ),
  );
  for (const unit of [undefined, "lb"]) {
    const [plain] = await ask(
      `SELECT unit, count(*)::int AS count,
              percentile_cont(0.05) WITHIN GROUP (ORDER BY value) AS p05,
              percentile_cont(0.5) WITHIN GROUP (ORDER BY value) AS median,
              percentile_cont(0.95) WITHIN GROUP (ORDER BY value) AS p95
         FROM ${numbers} AS n WHERE code = 'weight' ${unit ? `AND unit = '${unit}'` : ""}
        GROUP BY 1 ORDER BY count DESC, unit LIMIT 1`,
    );
    const { source, mean, bins, left_out, ...found } = await chart("observation-distribution", {
      ...filters,
      code: "weight",
      unit,
    });
    expect(found).toEqual(plain ?? { unit: null, count: 0, p05: null, median: null, p95: null });
    expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(plain?.count ?? 0);
    const trend = await chart("observation-trend", { ...filters, code: "weight", unit });
    const month = "date_trunc('month', effective_at AT TIME ZONE 'UTC')";
    const points = await ask(
      `SELECT to_char(${month}, 'YYYY-MM') AS at, count(*)::int AS count FROM ${numbers} AS n
        WHERE code = 'weight' AND unit IS NOT DISTINCT FROM ${plain?.unit ? `'${plain.unit}'` : "NULL"}
          AND ${month} BETWEEN '1900-01-01' AND (now() AT TIME ZONE 'UTC' + interval '1 year')::date
        GROUP BY 1 ORDER BY 1`,
    );
    const sum = (list: { count: number }[]) => list.reduce((all, { count }) => all + count, 0);
    expect(sum(trend.points)).toBe(sum(points));
    if (plain) {
      const [out] = await ask(
        `SELECT (SELECT count(*)::int FROM (${numbersOf(undated("effective_at"))}) AS n
                  WHERE code = 'weight' AND unit IS NOT DISTINCT FROM ${plain.unit ? `'${plain.unit}'` : "NULL"}) AS undated,
                (SELECT count(*)::int FROM (${numbersOf(withoutPatient("effective_at"))}) AS n
                  WHERE code = 'weight' AND unit IS NOT DISTINCT FROM ${plain.unit ? `'${plain.unit}'` : "NULL"}) AS without_patient`,
      );
      expect(left_out).toEqual(out);
    }
  }
}

const filtersToTry: Omit<Filters, "job">[] = [
  { sex: ["female"] },
  { sex: ["other", "unknown"] },
  { age: ["unknown"] },
  { age: ["30-39", "90+"] },
  { sex: ["male"], age: ["0-9", "40-49", "50-59"] },
  { from: "2020-03" },
  { to: "2019-11" },
  { from: "2018-05", to: "2018-05" },
  { sex: ["female", "male"], age: ["20-29", "60-69", "70-79"], from: "2016-02", to: "2021-07" },
  { sex: ["unknown"], from: "2100-01" },
];

test("sex, age and months restrict every chart as plain SQL does, settled or not", async () => {
  const jobs = [await oddJob(), await oddJob()];
  for (const filters of filtersToTry) await checkFiltered({ job: jobs, ...filters });
  await settleJob(jobs[0] ?? "");
  for (const filters of filtersToTry) await checkFiltered({ job: jobs, ...filters });
  await settleJob(jobs[1] ?? "");
  for (const filters of filtersToTry) {
    await checkFiltered({ job: jobs, ...filters });
    await checkFiltered({ job: jobs.slice(1), ...filters });
  }
  for (const job of jobs) {
    await dropJob(job);
    await database().pool.query("DELETE FROM export_jobs WHERE id = $1", [job]);
  }
}, 240_000);

type Bar = Partial<Parameters<typeof dataRows>[1]>;

/** All the rows that are listed behind a bar, to the last page. */
async function listed(type: string, filters: Filters, bar: Bar) {
  const seen = new Set<string>();
  let after: string | undefined;
  let total: number | null = null;
  do {
    // Of many rows the first pages are found by whose they are.
    const page_size = seen.size < 30 ? 10 : 100;
    const list = await dataRows(type, { ...filters, ...bar, page: 1, page_size, after });
    for (const row of list.rows) seen.add(`${row.job_id} ${row.id}`);

    ({ total } = list);
    after = list.next ?? undefined;
  } while (after);
  expect(total, `${type} ${JSON.stringify({ ...filters, ...bar })}`).toBe(seen.size);
  return seen.size;
}

test("of a settled job the filters read what was made, once, and not the rows", async () => {
  const jobId = await oddJob();
  await settleJob(jobId);
  const before = await chart("encounters-over-time", { job: [jobId], sex: ["female"] });
  const { rows } = await database().pool.query(
    `SELECT count(*)::int AS n FROM encounters AS e JOIN patients AS p USING (etl_job_id, patient_id)
      WHERE etl_job_id = $1 AND gender = 'male'`,
    [jobId],
  );
  await database().pool.query("DELETE FROM encounters WHERE etl_job_id = $1", [jobId]);
  const { types } = await chart("resources-by-type", { job: [jobId], sex: ["male"] });
  expect(types.find(({ type }) => type === "Encounter")?.records).toBe(rows[0].n);
  expect(before.points.length).toBeGreaterThan(0);
  await settleJob(jobId);
  const anew = (await chart("resources-by-type", { job: [jobId], sex: ["male"] })).types;
  expect(anew.find(({ type }) => type === "Encounter")).toBeUndefined();
  await dropJob(jobId);
  for (const name of peopleTables) {
    const left = await database().pool.query(`SELECT FROM ${name} WHERE etl_job_id = $1`, [jobId]);
    expect(left.rowCount).toBe(0);
  }
  await database().pool.query("DELETE FROM export_jobs WHERE id = $1", [jobId]);
});

test("what encounters of rare classes are counted together as others can be listed", async () => {
  const jobId = await oddJob();
  // The tenth most frequent and those after it, and one class that is called so itself.
  await database().pool.query(
    `UPDATE encounters SET class_code = CASE line_no % 14 WHEN 0 THEN 'other' WHEN 1 THEN NULL
       ELSE 'c' || least(line_no % 14, line_no % 5 + 2 + line_no % 9) END WHERE etl_job_id = $1`,
    [jobId],
  );
  const filters: Filters = { job: [jobId], from: "2000-01", to: "2026-01" };
  for (const settled of [false, true]) {
    if (settled) await settleJob(jobId);
    const { classes, points } = await chart("encounters-over-time", filters);
    expect(classes).toHaveLength(8);
    expect(classes).toContain("other");
    const others = points.reduce((sum, { counts }) => sum + (counts.other ?? 0), 0);
    const { rows } = await database().pool.query(
      `SELECT count(*)::int AS n FROM encounters WHERE etl_job_id = $1
          AND start_at >= '2000-01-01Z' AND start_at < '2026-02-01Z'
          AND NOT COALESCE(class_code, 'unknown') = ANY($2)`,
      [jobId, classes.filter((name) => name !== "other")],
    );
    expect(others).toBe(rows[0].n);
    expect(others).toBeGreaterThan(0);
    const class_not = classes.filter((name) => name !== "other");
    expect(await listed("Encounter", filters, { class_not })).toBe(others);
  }
});

test("behind a bar are as many resources as it says", async () => {
  const jobs = [await oddJob(), await oddJob()];
  await settleJob(jobs[0] ?? "");
  for (const chosen of [{}, ...filtersToTry.slice(0, 9)]) {
    const filters: Filters = { job: jobs, ...chosen };
    for (const { type, records } of (await chart("resources-by-type", filters)).types) {
      expect(await listed(type, filters, {})).toBe(records);
    }
    for (const [name, type] of [
      ["most-frequent-conditions", "Condition"],
      ["most-frequent-medications", "MedicationRequest"],
    ] as const) {
      for (const one of (await chart(name, filters)).codes.slice(0, 8)) {
        const bar =
          one.code === null
            ? { display: one.display, code_system: one.code_system ?? "" }
            : { code: one.code, code_system: one.code_system ?? "" };
        expect(await listed(type, filters, bar)).toBe(one.records);
      }
    }
    const visits = await chart("encounters-over-time", filters);
    for (const point of visits.points.slice(0, 3)) {
      for (const [name, count] of Object.entries(point.counts)) {
        const [year = "", month = ""] = point.at.split("-");
        const months = {
          from: visits.unit === "month" ? `${year}-${month}` : `${year}-01`,
          to: visits.unit === "month" ? `${year}-${month}` : `${year}-12`,
        };
        if (months.from < (chosen.from ?? "") || months.to > (chosen.to ?? "9")) continue;
        expect(await listed("Encounter", { ...filters, ...months }, { class: name })).toBe(count);
      }
    }
    for (const code of ["weight", "sys"]) {
      const found = await chart("observation-distribution", { ...filters, code });
      const unit = found.unit ?? "";
      expect(await listed("Observation", filters, { code, unit })).toBe(found.count);
      for (const [index, { from, to, count }] of found.bins.entries()) {
        if (index % 3 > 0 || from === to) continue;
        const range = {
          value_from: index === 0 ? undefined : from,
          value_to: index === found.bins.length - 1 ? undefined : to,
        };
        expect(await listed("Observation", filters, { code, unit, ...range })).toBe(count);
      }
    }
  }
  await expect(dataRows("Patient", { ...page, code: "x" })).rejects.toMatchObject({
    code: "invalid-request",
  });
  for (const job of jobs) {
    await dropJob(job);
    await database().pool.query("DELETE FROM export_jobs WHERE id = $1", [job]);
  }
}, 240_000);

test("connection and group choose their jobs, and only those", async () => {
  const [mine, other] = [randomUUID(), randomUUID()];
  for (const [id, job, group] of [
    [mine, one, "g1"],
    [other, two, "g1"],
  ]) {
    await database().pool.query(
      `INSERT INTO connections (id, name, fhir_base_url, auth, updated_at)
       VALUES ($1::uuid, $1::text, 'https://fhir.example', 'none', now())`,
      [id],
    );
    await database().pool.query(
      "UPDATE export_jobs SET connection_id = $1, group_id = $3 WHERE id = $2",
      [id, job, group],
    );
  }
  const jobsOf = async (query: Partial<ChartQuery>) =>
    (await chart("summary", query)).source.job_ids;
  expect(await jobsOf({ connection: mine })).toEqual([one]);
  expect(await jobsOf({ connection: other, group: "g1" })).toEqual([two]);
  expect(await jobsOf({ connection: mine, group: "g2" })).toEqual([]);
  expect(await jobsOf({ connection: mine, job: [two] })).toEqual([]);
  expect((await chart("summary", { connection: mine, group: "g2" })).resources).toBe(0);
  expect((await dataRows("Patient", { ...page, connection: mine, group: "g2" })).total).toBe(0);
});

test("roll-ups are read and not the rows, are made anew and are dropped with their job", async () => {
  const jobId = await oddJob();
  const values = async () =>
    (await chart("resources-by-type", of(jobId))).types.find(({ type }) => type === "Encounter");
  await settleJob(jobId);
  await database().pool.query("DELETE FROM encounters WHERE etl_job_id = $1", [jobId]);
  expect(await values()).toMatchObject({ type: "Encounter", records: 300 });
  await settleJob(jobId);
  expect(await values()).toBeUndefined();

  const file = path.join(folder, "late.ndjson");
  writeFileSync(file, '{"resourceType":"Encounter","id":"late"}\n');
  const fileId = randomUUID();
  await database().pool.query(
    `INSERT INTO export_files (id, job_id, file_no, kind, resource_type, url, state, locked_by)
     VALUES ($1, $2, 1, 'output', 'Encounter', 'https://fhir.example/late', 'downloaded', 'me')`,
    [fileId, jobId],
  );
  const resourceType = "Encounter";
  await loadFile({
    jobId,
    fileId,
    fileNo: 1,
    kind: "output",
    resourceType,
    path: file,
    leaseHolder: "me",
  });
  expect(await rolledUpJobs()).not.toContain(jobId);
  expect(await values()).toMatchObject({ type: "Encounter", records: 1 });
  await settleJob(jobId);
  expect(await values()).toMatchObject({ type: "Encounter", records: 1 });
  expect(await rolledUpJobs()).toContain(jobId);

  await dropJob(jobId);
  for (const name of ["roll_up_jobs", ...rollUpNames]) {
    const { rowCount } = await database().pool.query(`SELECT FROM ${name} WHERE etl_job_id = $1`, [
      jobId,
    ]);
    expect(rowCount).toBe(0);
  }
  await database().pool.query("DELETE FROM export_jobs WHERE id = $1", [jobId]);
});
