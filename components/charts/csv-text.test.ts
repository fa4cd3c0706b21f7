import { expect, test } from "vitest";
import { csvText } from "./csv-text";

test("quotes, commas and line breaks stay inside their field", () => {
  expect(csvText({ columns: ["a", "b"], rows: [['say "hi", now', "two\nlines"]] })).toBe(
    '\uFEFFa,b\r\n"say ""hi"", now","two\nlines"\r\n',
  );
});

test("a name that looks like a formula is made harmless, a negative number stays a number", () => {
  expect(csvText({ columns: ["n"], rows: [["=cmd()"], [-3.5], [null], ["诊断"]] })).toBe(
    "\uFEFFn\r\n'=cmd()\r\n-3.5\r\n\r\n诊断\r\n",
  );
});
