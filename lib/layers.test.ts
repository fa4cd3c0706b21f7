import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

/**
 * The import table: a room (left) may import only these rooms (right) and itself. Stages never
 * import each other, Prisma or Next; only the pipeline knows their order.
 */
const mayImport: Record<string, string[]> = {
  "lib/errors": ["messages"],
  "lib/contract": [],
  "lib/settings": ["lib/errors"],
  "lib/fhir": ["lib/errors", "lib/contract"],
  "lib/smart-auth": ["lib/fhir", "lib/errors", "lib/contract"],
  "lib/config": ["lib/smart-auth", "lib/errors", "lib/contract"],
  "lib/kickoff": ["lib/fhir", "lib/errors", "lib/contract"],
  "lib/poll": ["lib/fhir", "lib/errors", "lib/contract"],
  "lib/download": ["lib/fhir", "lib/errors", "lib/contract"],
  "lib/search": ["lib/fhir", "lib/errors", "lib/contract"],
  "lib/store": ["prisma", "lib/contract", "lib/settings", "lib/errors"],
  "lib/load": ["prisma", "lib/store", "lib/contract", "lib/errors"],
  "lib/query": ["prisma", "lib/store", "lib/contract", "lib/errors"],
  "lib/pipeline": [
    "prisma",
    "lib/config",
    "lib/smart-auth",
    "lib/fhir",
    "lib/kickoff",
    "lib/poll",
    "lib/download",
    "lib/search",
    "lib/load",
    "lib/store",
    "lib/contract",
    "lib/settings",
    "lib/errors",
  ],
  "lib/session": ["lib/store", "lib/settings", "lib/contract", "lib/errors"],
  "lib/http": [
    "lib/session",
    "lib/store",
    "lib/settings",
    "lib/contract",
    "lib/errors",
    "messages",
  ],
  "lib/browser": ["lib/contract", "lib/errors", "messages"],
  components: ["lib/browser", "lib/contract"],
  messages: [],
  app: [
    "components",
    "messages",
    "lib/browser",
    "lib/contract",
    "lib/errors",
    "lib/settings",
    "lib/session",
    "lib/http",
    "lib/store",
    "lib/query",
    "lib/pipeline",
    "lib/config",
  ],
  sandbox: [],
};

const root = path.resolve(import.meta.dirname, "..");

function roomOf(file: string): string | undefined {
  const [top, second] = file.split("/");
  if (top !== "lib") return top;
  return `lib/${second?.replace(/\.tsx?$/, "")}`;
}

const sources = ["app", "components", "lib", "messages", "sandbox"].flatMap((top) =>
  readdirSync(path.join(root, top), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => `${top}/${name.split(path.sep).join("/")}`),
);

const importsOf = (file: string) =>
  [
    ...readFileSync(path.join(root, file), "utf8").matchAll(
      /(?:from\s+|import\s+|import\()"(@\/|\.{1,2}\/)([^"]+)"/g,
    ),
  ].map((match) =>
    match[1] === "@/"
      ? (match[2] as string)
      : path.posix.join(path.posix.dirname(file), `${match[1]}${match[2]}`),
  );

test("every import keeps to the table", () => {
  const wrong: string[] = [];
  for (const file of sources) {
    const from = roomOf(file) as string;
    for (const target of importsOf(file)) {
      const to = roomOf(target) as string;
      if (to !== from && !mayImport[from]?.includes(to)) wrong.push(`${file} → ${target}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("every room of the table exists and every room is in the table", () => {
  expect([...new Set(sources.map(roomOf))].sort()).toEqual(Object.keys(mayImport).sort());
});

test("every API handler is made by route(), next-auth's own apart", () => {
  const handlers = sources.filter(
    (file) => /^app\/.*\/route\.ts$/.test(file) && !file.includes("nextauth"),
  );
  const bare = handlers.filter(
    (file) => !/from "@\/lib\/http\/route"/.test(readFileSync(path.join(root, file), "utf8")),
  );
  expect(bare).toEqual([]);
});

test("every page of the console asks who is there", () => {
  const pages = sources.filter(
    (file) => file.startsWith("app/(console)/") && file.endsWith("/page.tsx"),
  );
  const open = pages.filter(
    (file) => !/requirePerson\(/.test(readFileSync(path.join(root, file), "utf8")),
  );
  expect(open).toEqual([]);
});

test("charts are drawn in components/charts alone", () => {
  const elsewhere = sources.filter(
    (file) =>
      !file.startsWith("components/charts/") &&
      /from "(recharts|@mantine\/charts)"/.test(readFileSync(path.join(root, file), "utf8")),
  );
  expect(elsewhere).toEqual([]);
});
