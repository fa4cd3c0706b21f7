import { expect, test } from "vitest";
import { DataQuery } from "./data";
import { EventsQuery, FileListQuery, JobListQuery, RejectedLinesQuery } from "./job";
import { PatientTrendQuery } from "./patient";
import { AuditQuery } from "./settings";

test("an empty number of a query counts as not given", () => {
  const values = { value_from: "", value_to: "", file: "", page: "", page_size: "" };
  const data = DataQuery.parse({ ...values, code: "1" });
  expect(data).toMatchObject({ page: 1, page_size: 25 });
  expect([data.value_from, data.value_to, data.file]).toEqual([undefined, undefined, undefined]);
  for (const query of [JobListQuery, FileListQuery, RejectedLinesQuery, AuditQuery]) {
    expect(query.parse({ page: "", page_size: " " })).toEqual(query.parse({}));
  }
  expect(EventsQuery.parse({ after: "", limit: "" })).toEqual(EventsQuery.parse({}));
  const trend = { patient: "p", code: "c" };
  expect(PatientTrendQuery.parse({ ...trend, limit: "" })).toEqual(PatientTrendQuery.parse(trend));
});

test("a number is still checked", () => {
  expect(DataQuery.parse({ value_from: "0", code: "1" }).value_from).toBe(0);
  expect(DataQuery.safeParse({ page: "0" }).success).toBe(false);
  expect(DataQuery.safeParse({ value_from: "a", code: "1" }).success).toBe(false);
});
