import { expect, test, vi } from "vitest";
import { together } from "./together";

test("the first is written at once, later ones when enough have come or the time is over", async () => {
  vi.useFakeTimers();
  const writes: number[][] = [];
  const write = together(
    async (items: number[]) => {
      writes.push(items);
      return items.map((item) => -item);
    },
    { worth: 3, withinMs: 100 },
  );
  expect(await write(1)).toBe(-1);
  const answers = [2, 3].map(write);
  await vi.advanceTimersByTimeAsync(99);
  expect(writes).toEqual([[1]]);
  answers.push(write(4));
  expect(await Promise.all(answers)).toEqual([-2, -3, -4]);
  const last = write(5);
  await vi.advanceTimersByTimeAsync(99);
  expect(writes).toEqual([[1], [2, 3, 4]]);
  await vi.advanceTimersByTimeAsync(1);
  expect(await last).toBe(-5);
  vi.useRealTimers();
});
