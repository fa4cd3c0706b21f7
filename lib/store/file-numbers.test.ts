import { expect, test } from "vitest";
import { type NewFile, withNumbers } from "./file-numbers";

const file = (url: string, change: Partial<NewFile> = {}): NewFile => ({
  kind: "output",
  resourceType: "Patient",
  url: `https://x.org/${url}`,
  expectedCount: 100,
  ...change,
});
const first = withNumbers([file("a?sig=1"), file("b?sig=1"), file("c?sig=1")], []);
const numbers = (files: NewFile[], known = first) =>
  withNumbers(files, known).map(({ url, fileNo }) => `${url.slice(14)} ${fileNo}`);

test("the first time files are numbered as they stand", () => {
  expect(first.map(({ fileNo }) => fileNo)).toEqual([1, 2, 3]);
});

test("a file keeps its number, wherever in the list it stands when the links are fresh", () => {
  expect(numbers([file("c?sig=2"), file("a?sig=2"), file("b?sig=2")])).toEqual([
    "c?sig=2 3",
    "a?sig=2 1",
    "b?sig=2 2",
  ]);
});

test("files that differ in the query alone are known by the whole link", () => {
  const known = withNumbers([file("f?n=1"), file("f?n=2")], []);
  expect(numbers([file("f?n=2"), file("f?n=1")], known)).toEqual(["f?n=2 2", "f?n=1 1"]);
});

test("where every address is new, type and count tell which file it is", () => {
  const known = withNumbers([file("a"), file("b", { resourceType: "Condition" })], []);
  expect(numbers([file("y", { resourceType: "Condition" }), file("x")], known)).toEqual([
    "y 2",
    "x 1",
  ]);
});

test("what is like none of the known files is a file of its own", () => {
  expect(
    numbers([file("a"), file("n", { expectedCount: 7 }), file("m", { kind: "error" })]),
  ).toEqual(["a 1", "n 4", "m 5"]);
});
