import { expect, test } from "vitest";
import { backPath } from "./back-path";

test("a path on this site is kept with its query and fragment", () => {
  expect(backPath("/jobs/1?tab=log#end")).toBe("/jobs/1?tab=log#end");
  expect(backPath("/visualize?job=a&job=b")).toBe("/visualize?job=a&job=b");
  expect(backPath("/data?q=%E6%9D%8E")).toBe("/data?q=%E6%9D%8E");
});

test.each([
  "https://evil.example/",
  "//evil.example/jobs",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "/./\\evil.example",
  "/..//evil.example",
  "/%2e//evil.example",
  "javascript:alert(1)",
  "data:text/html,x",
  "http:evil.example",
  "jobs",
  " /jobs",
  "",
])("%j leads to the overview instead", (back) => {
  expect(backPath(back)).toBe("/");
});

test("two of them, none, or the sign-in page itself lead to the overview", () => {
  expect(backPath(["/jobs", "/data"])).toBe("/");
  expect(backPath(undefined)).toBe("/");
  expect(backPath("/sign-in?back=/sign-in")).toBe("/");
});
