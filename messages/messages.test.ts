import { readdirSync } from "node:fs";
import path from "node:path";
import { IntlMessageFormat } from "intl-messageformat";
import { expect, test } from "vitest";
import { errorCodes } from "@/lib/errors";
import { locales, messages } from "./messages";

type Tree = { [key: string]: string | Tree };

const flat = (tree: Tree, prefix = ""): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[prefix + key, value]] : flat(value, `${prefix}${key}.`),
  );

/** The names of the values and tags in a message. */
const argumentsOf = (message: string, locale: string): string[] => {
  const names = new Set<string>();
  const visit = (nodes: unknown) => {
    if (Array.isArray(nodes)) for (const node of nodes) visit(node);
    else if (nodes && typeof nodes === "object") {
      const node = nodes as {
        type?: number;
        value?: unknown;
        options?: object;
        children?: unknown;
      };
      if (node.type !== 0 && node.type !== 7 && typeof node.value === "string")
        names.add(node.value);
      for (const option of Object.values(node.options ?? {}))
        visit((option as { value: unknown }).value);
      visit(node.children);
    }
  };
  visit(new IntlMessageFormat(message, locale).getAst());
  return [...names].sort();
};

test("every language has the same messages with the same values", () => {
  const english = new Map(flat(messages("en") as unknown as Tree));
  for (const locale of locales) {
    const other = new Map(flat(messages(locale) as unknown as Tree));
    expect([...other.keys()].sort()).toEqual([...english.keys()].sort());
    for (const [key, text] of english) {
      expect([key, argumentsOf(other.get(key) as string, locale)]).toEqual([
        key,
        argumentsOf(text, "en"),
      ]);
    }
  }
});

test("no message is empty and no Chinese message is still English", () => {
  const english = new Map(flat(messages("en") as unknown as Tree));
  const untouched = flat(messages("zh-CN") as unknown as Tree).filter(
    ([key, text]) =>
      text.trim() === "" || (english.get(key) === text && /[a-z]{4,} [a-z]{3,}/i.test(text)),
  );
  expect(untouched).toEqual([]);
});

test("every error code has its words", () => {
  expect(Object.keys(messages("en").errors).sort()).toEqual([...errorCodes].sort());
});

test("every message file is part of messages()", () => {
  const files = readdirSync(path.join(import.meta.dirname, "en")).map((name) =>
    name.replace(".json", ""),
  );
  expect(Object.keys(messages("en")).sort()).toEqual(files.sort());
});
