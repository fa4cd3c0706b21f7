import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import words from "@/messages/en/settings.json";

test("every action that is written to the audit trail has its words", () => {
  const root = path.resolve(import.meta.dirname, "../..");
  const actions = ["app", "lib"].flatMap((top) =>
    readdirSync(path.join(root, top), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name) && !name.includes(".test."))
      .flatMap((name) => [
        ...readFileSync(path.join(root, top, name), "utf8").matchAll(
          /\baction:\s*"([a-z-]+)\.([a-z-]+)"/g,
        ),
      ]),
  );
  const known = words.audit.actions as Record<string, Record<string, string>>;
  expect(actions.length).toBeGreaterThan(5);
  expect(
    actions
      .filter(([, noun = "", verb = ""]) => !known[noun]?.[verb])
      .map(([, noun, verb]) => `${noun}.${verb}`),
  ).toEqual([]);
});
