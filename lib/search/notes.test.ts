import { expect, test } from "vitest";
import { isNotesUrl, notesLine, notesUrl } from "./notes";

test("notes come back as the line of an OperationOutcome, whatever is in them", () => {
  const notes = [
    { severity: "error" as const, code: "incomplete" as const, diagnostics: "50 % & “more”?\n#1" },
  ];
  const url = notesUrl(notes);
  expect(isNotesUrl(url)).toBe(true);
  const line = notesLine(url);
  expect(line.indexOf("\n")).toBe(line.length - 1);
  expect(JSON.parse(line)).toEqual({ resourceType: "OperationOutcome", issue: notes });
});
