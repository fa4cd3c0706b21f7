import { expect, test } from "vitest";
import { outcomeText, readOutcome } from "./outcome-text";

const issue = (fields: object) =>
  JSON.stringify({ resourceType: "OperationOutcome", issue: [fields] });

test.each<[string, string, string]>([
  [
    "diagnostics",
    issue({ severity: "error", code: "processing", diagnostics: "File generation failed" }),
    "File generation failed",
  ],
  ["details.text", issue({ code: "x", details: { text: "Not allowed" } }), "Not allowed"],
  ["details and diagnostics", issue({ details: { text: "A" }, diagnostics: "b" }), "A (b)"],
  ["a coding", issue({ details: { coding: [{ display: "No access" }] } }), "No access"],
  ["the code alone", issue({ code: "forbidden" }), "forbidden"],
  [
    "the worst of several",
    JSON.stringify({
      resourceType: "OperationOutcome",
      issue: [
        { severity: "information", diagnostics: "note" },
        { severity: "error", diagnostics: "bad" },
        { severity: "fatal", diagnostics: "worse" },
      ],
    }),
    "bad; worse",
  ],
  [
    "an OAuth error",
    '{"error":"invalid_client","error_description":"Who?"}',
    "Who? (invalid_client)",
  ],
  ["problem+json", '{"title":"Bad","detail":"Really bad"}', "Really bad"],
  ["a nested error", '{"error":{"message":"Quota"}}', "Quota"],
  ["plain text", "Too many files", "Too many files"],
  [
    "a page",
    "<html><head><title>502 Bad Gateway</title><style>b{}</style></head><body><h1>502</h1>&nbsp;nginx &amp; co<script>alert(1)</script></body></html>",
    "502 Bad Gateway 502 nginx & co",
  ],
  ["what only looks like an entity", "AT&constructor; &amp; co", "AT&constructor; & co"],
  ["nothing", "", ""],
  ["an empty outcome", issue({}), ""],
  ["no object", "null", ""],
])("%s becomes a sentence", (_what, body, text) => {
  expect(outcomeText(body)).toBe(text);
});

test("what a server echoes of our token is not repeated", () => {
  const token = `eyJhbGciOiJSUzM4NCJ9.${"a".repeat(50)}.${"b".repeat(50)}`;
  const text = outcomeText(`Cannot verify ${token}; got Bearer abcdefghijkl`);
  expect(text).toBe("Cannot verify …; got Bearer …");
});

test("a long text is cut, and control characters are gone", () => {
  expect(outcomeText("x ".repeat(5000)).length).toBeLessThanOrEqual(500);
  expect(outcomeText("a\u0000\u0007b\r\nc")).toBe("a b c");
});

test("half of a character is not left where a long text is cut: the database would not take it", () => {
  const text = outcomeText(`${"x".repeat(498)}\u{1F600}${"y".repeat(20)}`);
  expect(text).toBe(`${"x".repeat(498)}\uFFFD…`);
});

// Where the time grows with the square of the length, these take minutes.
test.each([
  ["script", "<script"],
  ["unclosed tags", "<"],
  ["unclosed titles", "<head><title>"],
  ["what looks like tokens", "eyJaaaaaaaa-"],
])("hostile markup is read in a moment: %s", (_what, piece) => {
  const text = piece.repeat(500_000);
  expect(outcomeText(text).length).toBeLessThanOrEqual(500);
  const outcome = { resourceType: "OperationOutcome", text: { div: text } };
  expect(outcomeText(JSON.stringify(outcome)).length).toBeLessThanOrEqual(500);
});

test("only an issue that says so is transient", () => {
  expect(readOutcome(issue({ code: "transient" })).transient).toBe(true);
  expect(readOutcome(issue({ code: "throttled" })).transient).toBe(true);
  expect(readOutcome(issue({ code: "processing" })).transient).toBe(false);
  expect(readOutcome('{"code":"transient"}').transient).toBe(false);
});
