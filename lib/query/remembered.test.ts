import { expect, test } from "vitest";
import { Remembered } from "./remembered";

/** A memory whose answers are counted. */
function counted() {
  let made = 0;
  const memory = new Remembered<number>();
  const get = (state: string, settledState: string, key = "chart") =>
    memory.get(key, { state, settledState }, async () => {
      made += 1;
      return made;
    });
  return get;
}

test("an answer is made once while nothing changes, and anew when a job is settled or removed", async () => {
  const get = counted();
  expect(await get("a", "A")).toBe(1);
  expect(await get("a", "A")).toBe(1);
  expect(await get("a", "A", "another chart")).toBe(2);
  expect(await get("b", "B")).toBe(3);
  expect(await get("a", "A")).toBe(4);
});

test("while a job loads the former numbers are given and newer ones made meanwhile", async () => {
  const get = counted();
  expect(await get("10 rows", "A")).toBe(1);
  expect(await get("20 rows", "A")).toBe(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(await get("20 rows", "A")).toBe(2);
});

test("a failure is not kept", async () => {
  const memory = new Remembered<number>();
  const state = { state: "a", settledState: "A" };
  await expect(memory.get("x", state, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await memory.get("x", state, async () => 7)).toBe(7);
});

test("who asks while the same answer is made waits for that one", async () => {
  const get = counted();
  expect(await Promise.all([get("a", "A"), get("a", "A"), get("b", "B")])).toEqual([1, 1, 2]);
});
