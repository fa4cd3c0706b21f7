import { expect, test } from "vitest";
import { evidenceOf } from "./evidence-of";

type Facts = Parameters<typeof evidenceOf>[0];

const whole: Facts = {
  status: "completed",
  ended_at: "2026-01-01T00:00:00.000Z",
  level: "group",
  since: null,
  purpose: null,
  patients: null,
  group_patients: 10,
  resource_types: ["Patient", "Condition"],
  request: { resource_types: ["Patient", "Condition"] },
  attachments: null,
  files_mismatched: 0,
  types: [
    {
      type: "Patient",
      files: 1,
      files_failed: 0,
      lines: 10,
      accepted: 10,
      duplicates: 0,
      rejected: 0,
      expected: 10,
    },
    {
      type: "Condition",
      files: 1,
      files_failed: 0,
      lines: 30,
      accepted: 30,
      duplicates: 0,
      rejected: 0,
      expected: 30,
    },
  ],
  totals: {
    files: 2,
    files_loaded: 2,
    files_failed: 0,
    expected: 40,
    lines: 40,
    accepted: 40,
    duplicates: 0,
    rejected: 0,
    size_bytes: 1000,
    server_errors: 0,
  },
};

const told = (change: Partial<Facts>) =>
  Object.fromEntries(
    evidenceOf({ ...whole, ...change }).map(({ name, state, says }) => [name, `${state} ${says}`]),
  );

test("a whole export shows each thing", () => {
  expect(told({})).toEqual({
    files: "ok ok",
    counts: "ok ok",
    rejected: "ok ok",
    errors: "ok ok",
    types: "ok ok",
    patients: "ok ok",
  });
});

test("a line too few in one file and one too many in another are no sum that adds up", () => {
  expect(told({ files_mismatched: 2 }).counts).toBe("missing files");
});

test("without counts nothing is shown, and nothing is said to be missing", () => {
  expect(told({ totals: { ...whole.totals, expected: null } }).counts).toBe("open unknown");
});

test("fewer patients than the group has are worth a look; an export of changes cannot be compared", () => {
  expect(told({ group_patients: 12 }).patients).toBe("note fewer");
  expect(told({ group_patients: null }).patients).toBe("open unknown");
  expect(told({ since: "2026-01-01T00:00:00Z" }).patients).toBeUndefined();
});

test("a type of which nothing came is named", () => {
  const [types] = evidenceOf({ ...whole, resource_types: ["Patient", "Device"] }).filter(
    ({ name }) => name === "types",
  );
  expect(types).toMatchObject({ state: "note", types: ["Device"] });
});

test("while the job runs only what is missing for good is said to be missing", () => {
  const running = {
    status: "downloading" as const,
    ended_at: null,
    totals: { ...whole.totals, lines: 12, rejected: 1 },
  };
  expect(told(running)).toMatchObject({
    counts: "waits missing",
    files: "waits ok",
    rejected: "missing some",
  });
});

test("a job that stopped before anything came shows nothing", () => {
  const stopped = {
    status: "failed" as const,
    types: [],
    totals: { ...whole.totals, files: 0, files_loaded: 0, lines: 0, accepted: 0, expected: null },
  };
  expect(told(stopped)).toMatchObject({ files: "open none", rejected: "open ok" });
});
