import { expect, test } from "vitest";
import { setTable } from "./set-table";

const words = { labels: ["Type"], values: ["Records"], difference: "Difference" };

test("one set is its own lines", () => {
  const rows = [{ key: "Patient", labels: ["Patient"], values: [3] }];
  expect(setTable({ ...words, sets: [{ name: "A", rows }], missing: 0 })).toEqual({
    columns: ["Type", "Records"],
    rows: [["Patient", 3]],
  });
});

test("of two sets every line of either is there, with the difference", () => {
  const patient = { key: "Patient", labels: ["Patient"] };
  const a = { name: "A", rows: [{ ...patient, values: [{ value: 3, href: "/data" }] }] };
  const b = {
    name: "B",
    rows: [
      { ...patient, values: [5] },
      { key: "Condition", labels: ["Condition"], values: [7] },
    ],
  };
  expect(setTable({ ...words, sets: [a, b], missing: 0 })).toEqual({
    columns: ["Type", "Records · A", "Records · B", "Difference"],
    rows: [
      ["Patient", { value: 3, href: "/data" }, 5, 2],
      ["Condition", 0, 7, 7],
    ],
  });
  expect(setTable({ ...words, sets: [a, b], missing: null }).rows[1]).toEqual([
    "Condition",
    null,
    7,
    null,
  ]);
});

test("differences are without the noise of binary fractions", () => {
  const rows = (value: number) => [{ key: "m", labels: ["Median"], values: [value] }];
  const table = setTable({
    ...words,
    sets: [
      { name: "A", rows: rows(0.1) },
      { name: "B", rows: rows(0.3) },
    ],
    missing: null,
  });
  expect(table.rows[0]?.at(-1)).toBe(0.2);
});
