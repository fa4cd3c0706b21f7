import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
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

/** As GitHub makes an anchor of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");

test("every link from page to page leads somewhere, also to the heading", async () => {
  const pages = ["README.md", "README.zh-CN.md", "ARCHITECTURE.md"];
  for (const name of await readdir("docs")) if (name.endsWith(".md")) pages.push(`docs/${name}`);
  const dead: string[] = [];
  for (const page of pages) {
    const text = await readFile(page, "utf8");
    for (const [, link = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      const [file = "", anchor] = link.split("#");
      const target = file ? path.join(path.dirname(page), file) : page;
      const there = await readFile(target, "utf8").catch(() => null);
      const anchors = [...(there ?? "").matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
        anchorOf(heading ?? ""),
      );
      if (there === null || (anchor && !anchors.includes(decodeURIComponent(anchor)))) {
        dead.push(`${page}: ${link}`);
      }
    }
  }
  expect(dead).toEqual([]);
});

/** The parts of a guide that are the same in every language: its commands and programs. */
const programs = (text: string) =>
  [...text.matchAll(/```(?:sh|js)\n([\s\S]*?)```/g)].map(([, code = ""]) =>
    code.replace(/(^|\s)(#|\/\/) .*$/gm, "").trim(),
  );

test("a guide has the same commands in both languages", async () => {
  const twins = (await readdir("docs")).filter((name) => name.endsWith(".zh-CN.md"));
  expect(twins.length).toBeGreaterThan(3);
  for (const twin of twins) {
    const chinese = programs(await readFile(`docs/${twin}`, "utf8"));
    const english = programs(await readFile(`docs/${twin.replace(".zh-CN", "")}`, "utf8"));
    expect(chinese, twin).toEqual(english);
  }
});
