import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

// docs/standard.md is the list of what the standard asks of a client, with the code that obeys and the
// test that shows it. These tests hold it to the code.

const root = path.resolve(import.meta.dirname, "..");
const text = readFileSync(path.join(root, "docs/standard.md"), "utf8");

type Row = { section: string; rule: string; level: string; where: string; shown: string };

const rows: Row[] = text.split(/^##+ /m).flatMap((part) => {
  const section = part.slice(0, part.indexOf("\n"));
  return part
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (rule|---) /.test(line))
    .map((line) => {
      const cells = line.slice(2, -2).split(" | ");
      const [rule = "", level = "", where = "", shown = ""] = cells;
      if (cells.length !== 4) throw new Error(`${cells.length} cells in place of 4: ${line}`);
      return { section, rule, level, where, shown };
    });
});

const reason = /^Not done: \S.{9,}/;

/** How many rules each section has at least: one that is gone needs its row here to go as well. */
const atLeast: Record<string, number> = {
  "1. Kick-off": 24,
  "2. Polling": 15,
  "3. Manifest": 13,
  "4. Download": 14,
  Attachments: 4,
  Delete: 5,
  "5. Incremental": 8,
  "6. Sign-in (Backend Services)": 22,
  "7. FHIR search, where there is no bulk export": 18,
  "8. SQL on FHIR": 1,
  "9. Inferno": 8,
};

test("no section has lost a rule", () => {
  const counts: Record<string, number> = {};
  for (const { section } of rows) counts[section] = (counts[section] ?? 0) + 1;
  expect(Object.keys(counts)).toEqual(Object.keys(atLeast));
  for (const [section, least] of Object.entries(atLeast)) {
    expect(counts[section], section).toBeGreaterThanOrEqual(least);
  }
  expect(new Set(rows.map(({ section, rule }) => `${section} ${rule}`)).size).toBe(rows.length);
});

test("every rule has its level", () => {
  const levels = ["MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY", "server", "ours"];
  expect(rows.filter(({ level }) => !levels.includes(level))).toEqual([]);
});

test("every file of the code that is named is there; a rule without one says why", () => {
  const wrong = rows.flatMap(({ rule, where, shown }) => {
    const files = [...where.matchAll(/`([^`]+\/[^`]+)`/g)].map(([, file]) => file ?? "");
    if (files.length === 0 && !reason.test(shown)) return [`no file: ${rule}`];
    return files.filter((file) => !existsSync(path.join(root, file)));
  });
  expect(wrong).toEqual([]);
});

test("every test that is named stands in its file; a rule without one says why", () => {
  const wrong = rows.flatMap(({ shown }) => {
    if (reason.test(shown)) return [];
    return shown.split("<br>").filter((one) => {
      const [, file, title] = /^`([^`]+\.(?:test|spec)\.ts)` › (.+)$/.exec(one) ?? [];
      if (!file || !title || !existsSync(path.join(root, file))) return true;
      const source = readFileSync(path.join(root, file), "utf8");
      return !['"', "`"].some((quote) => source.includes(`${quote}${title}${quote}`));
    });
  });
  expect(wrong).toEqual([]);
});
