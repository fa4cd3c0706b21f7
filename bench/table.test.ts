import { expect, test } from "vitest";
import { digits, markdownTable, plainTable, spread } from "./table";

test("a figure that was not measured is a dash, and one run has no spread", () => {
  expect(digits(Number.NaN, 1)).toBe("–");
  expect(digits(1234.56, 1)).toBe("1,234.6");
  expect(spread([2], 2)).toBe("2.00");
  expect(spread([3, 1, 2], 0)).toBe("2 (1–3)");
  expect(spread([], 0)).toBe("–");
});

const table = {
  title: "T",
  note: "N",
  columns: ["what", "s"],
  rows: [
    ["a", "1.5"],
    ["bb", "–"],
  ],
};

test("columns of figures stand to the right", () => {
  expect(markdownTable(table)).toBe(
    "**T**\n\n| what | s |\n| --- | ---: |\n| a | 1.5 |\n| bb | – |\n\nN",
  );
  expect(plainTable(table)).toBe("T\nwhat    s\na     1.5\nbb      –\nN");
});
