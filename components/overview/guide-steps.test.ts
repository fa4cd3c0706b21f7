import { expect, test } from "vitest";
import { guideSteps } from "./guide-steps";

const tested = (ok: boolean) => ({
  last_test: { at: "2026-11-23T09:30:00Z", ok, steps: [] },
});

test("the guide goes on with the step that is not done yet", () => {
  expect(guideSteps([], [])).toBe(0);
  expect(guideSteps([{ last_test: null }], [])).toBe(1);
  expect(guideSteps([tested(false)], [])).toBe(1);
  expect(guideSteps([tested(false), tested(true)], [])).toBe(2);
  expect(guideSteps([tested(true)], [{ status: "downloading" }])).toBe(3);
  expect(guideSteps([tested(true)], [{ status: "failed" }])).toBe(3);
  expect(guideSteps([tested(true)], [{ status: "failed" }, { status: "completed" }])).toBe(4);
});

test("a script's export counts although nobody tested here", () => {
  expect(guideSteps([], [{ status: "queued" }])).toBe(3);
});
