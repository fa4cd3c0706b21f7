import { expect, test } from "vitest";
import { AppError } from "@/lib/errors";
import { readJson } from "./read-json";

const answer = (text: string, type = "application/json") => {
  const response = new Response(text, { headers: { "Content-Type": type } });
  Object.defineProperty(response, "url", { value: "https://fhir.example/x?secret=1" });
  return response;
};

test("JSON is read whatever it is called, and after a byte order mark", async () => {
  expect(await readJson(answer('\uFEFF{"a":[1.5,null]}', "text/plain"))).toEqual({
    a: [1.5, null],
  });
});

test("what the database cannot hold is left out of texts and names", async () => {
  const text = String.raw`{"type":"Pat\u0000ient","\ud83d":[{"x":"a\ud83db"}],"n\u0000":1,"ok":"\ud83d\ude00"}`;
  expect(await readJson(answer(text))).toEqual({
    type: "Patient",
    "\uFFFD": [{ x: "a\uFFFDb" }],
    n: 1,
    ok: "\u{1F600}",
  });
});

test("a name that every object inherits stays a name", async () => {
  const read = await readJson(answer(String.raw`{"__proto__":{"url":"x"},"a":"\u0000"}`));
  expect(Object.keys(read as object)).toEqual(["__proto__", "a"]);
  expect((read as { url?: string }).url).toBeUndefined();
});

test("a web page, and more than the limit, are refused without the query of the address", async () => {
  for (const [response, contentType] of [
    [answer("<html>", "text/html; charset=utf-8"), "text/html"],
    [answer(`"${"x".repeat(3 * 1024 * 1024)}"`), "> 1 MB"],
  ] as const) {
    const error = await readJson(response, { bytes: 1024 * 1024 }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).params).toEqual({ url: "https://fhir.example/x", contentType });
  }
});
