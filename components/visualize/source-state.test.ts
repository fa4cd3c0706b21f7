import { expect, test } from "vitest";
import { sourceState } from "./source-state";

const source = (complete: number, incomplete: number, unknown: number) => ({
  job_ids: Array.from({ length: complete + incomplete + unknown }, (_, at) => String(at)),
  jobs_complete: complete,
  jobs_incomplete: incomplete,
  jobs_unknown: unknown,
});

test("one job that is not complete is told before many that are", () => {
  expect(sourceState(source(3, 0, 0))).toEqual({ state: "complete", count: 3, of: 3 });
  expect(sourceState(source(3, 0, 2))).toEqual({ state: "unknown", count: 2, of: 5 });
  expect(sourceState(source(3, 1, 2))).toEqual({ state: "incomplete", count: 1, of: 6 });
});
