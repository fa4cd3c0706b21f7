import { expect, test } from "vitest";
import { stagesOf } from "./stages-of";

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

const job = (overrides: Partial<Parameters<typeof stagesOf>[0]>) => ({
  status: "queued" as const,
  created_at: at(0),
  kicked_off_at: null,
  prepared_at: null,
  downloaded_at: null,
  ended_at: null,
  ...overrides,
});

const states = (overrides: Partial<Parameters<typeof stagesOf>[0]>) =>
  stagesOf(job(overrides))
    .map(({ name, state }) => `${name} ${state}`)
    .join(", ");

test("a job that waits is at its kick-off", () => {
  expect(states({})).toBe(
    "kickoff now, poll waiting, download waiting, load waiting, done waiting",
  );
});

test("downloading and loading are under way together", () => {
  expect(states({ status: "downloading", kicked_off_at: at(1), prepared_at: at(3) })).toBe(
    "kickoff done, poll done, download now, load now, done waiting",
  );
});

test("a job that failed stopped in the first stage without an end", () => {
  const stages = stagesOf(job({ status: "failed", kicked_off_at: at(1), ended_at: at(9) }));
  expect(stages.map(({ state }) => state)).toEqual([
    "done",
    "stopped",
    "waiting",
    "waiting",
    "waiting",
  ]);
  expect(stages[1]).toMatchObject({ startedAt: at(1), endedAt: at(9) });
});

test("a completed job has done every stage, also one that brought no files", () => {
  expect(states({ status: "completed", kicked_off_at: at(1), ended_at: at(2) })).toBe(
    "kickoff done, poll done, download done, load done, done done",
  );
});
