import { expect, test } from "vitest";
import { chartFilter, chartParams } from "./chart-filter";

const read = (query: string, set: "" | "b_" = "") => chartFilter(new URLSearchParams(query), set);

test("an address says all of a filter, and the filter says it back", () => {
  const query =
    "job=a&job=b&sex=female&sex=male&age=40-49&age=90%2B&connection=c&group=g&from=2020-01&to=2021-12";
  expect(read(query)).toEqual({
    jobs: ["a", "b"],
    connection: "c",
    group: "g",
    sex: ["female", "male"],
    age: ["40-49", "90+"],
    from: "2020-01",
    to: "2021-12",
  });
  expect(chartParams(read(query)).toString()).toBe(query);
});

test("what an address cannot mean is passed over; months in the wrong order are turned", () => {
  expect(read("sex=lots&age=41-49&from=2020-13&to=soon&job=a,b,a&group=of-no-connection")).toEqual({
    ...read(""),
    jobs: ["a", "b"],
  });
  expect(read("from=2021-02&to=2020-03")).toMatchObject({ from: "2020-03", to: "2021-02" });
});

test("two sets that are compared have their own jobs and the same patients and period", () => {
  const query = "job=a&b_job=b&b_connection=c&b_group=g&sex=male&from=2020-01";
  expect(read(query)).toMatchObject({ jobs: ["a"], group: null, sex: ["male"], from: "2020-01" });
  expect(read(query, "b_")).toMatchObject({
    jobs: ["b"],
    connection: "c",
    group: "g",
    sex: ["male"],
    from: "2020-01",
  });
});
