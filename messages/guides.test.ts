import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import en from "./en/errors.json";
import warnings from "./en/warnings.json";

/** What the page or the answer itself explains: there is nothing more to look up. */
const selfExplaining = [
  "invalid-request",
  "not-signed-in",
  "api-key-refused",
  "sign-in-refused",
  "forbidden",
  "cross-site",
  "password-weak",
  "email-taken",
  "last-administrator",
  "not-found",
  "connection-in-use",
  "job-not-ended",
  "job-ended",
];

test.each(["docs/troubleshooting.md", "docs/troubleshooting.zh-CN.md"])(
  "%s names every failure that has a cause to look for, and no other",
  async (page) => {
    const text = await readFile(page, "utf8");
    const named = [...text.matchAll(/<br>((?:`[a-z0-9-]+` ?)+)/g)].flatMap(([, codes]) =>
      [...(codes ?? "").matchAll(/`([a-z0-9-]+)`/g)].map(([, code]) => code),
    );
    const expected = [...Object.keys(en), ...Object.keys(warnings)];
    expect(named.toSorted()).toEqual(
      expected.filter((code) => !selfExplaining.includes(code)).toSorted(),
    );
  },
);
