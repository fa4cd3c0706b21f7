import { expect, test } from "vitest";
import { entryTexts } from "./entry-texts";

test("a resource keeps the server's own text, numbers with their zeros and escapes as they are", () => {
  const resource =
    '{"resourceType":"Observation","valueQuantity":{"value":1.50},"note":"a\\/b \\u00e9 \\\\\\" }"}';
  const text = `{"resourceType":"Bundle","entry":[{"fullUrl":"x","resource":${resource},"search":{"mode":"match"}}]}`;
  expect(entryTexts(text)).toEqual([resource]);
});

test("a resource that is laid out on several lines becomes one line of the same JSON", () => {
  const resource = {
    resourceType: "Patient",
    name: [{ given: ["A", "B\nC"] }],
    contained: [{ id: "x" }],
  };
  const [text] = entryTexts(JSON.stringify({ entry: [{ resource }] }, null, 2));
  expect(text).not.toContain("\n");
  expect(JSON.parse(text ?? "")).toEqual(resource);
});

test("what is called entry or resource elsewhere is no resource of the Bundle", () => {
  const nested = {
    meta: { entry: [{ resource: { id: "no" } }] },
    resource: { id: "no" },
    entry: [
      { resource: { id: "1", entry: [{ resource: { id: "inner" } }] } },
      { search: { resource: { id: "no" } } },
      { request: {}, resource: { id: "2" } },
    ],
  };
  expect(entryTexts(JSON.stringify(nested)).map((text) => JSON.parse(text).id)).toEqual(["1", "2"]);
});

test("a Bundle of nothing has no texts", () => {
  expect(entryTexts('{"resourceType":"Bundle"}')).toEqual([]);
  expect(entryTexts('{"entry":[]}')).toEqual([]);
});
