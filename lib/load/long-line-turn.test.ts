import { expect, test } from "vitest";
import { longLineTurn } from "./long-line-turn";

test("turns come one after another, and one that ends twice lets nobody in twice", async () => {
  const order: string[] = [];
  const { end: first } = await longLineTurn(10);
  const second = longLineTurn(10).then(({ end }) => {
    order.push("second");
    return end;
  });
  const third = longLineTurn(10).then(({ end }) => {
    order.push("third");
    return end;
  });
  await Promise.resolve();
  expect(order).toEqual([]);
  first();
  first();
  const end = await second;
  expect(order).toEqual(["second"]);
  end();
  (await third)();
  expect(order).toEqual(["second", "third"]);
});
