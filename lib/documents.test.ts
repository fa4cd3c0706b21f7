import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { parseEnv } from "@/lib/settings/env";

// What the documents name is there, under that name and with that default. (Links, headings and the codes of
// failures: messages/guides.test.ts; docs/standard.md: standard.test.ts.)

const root = path.resolve(import.meta.dirname, "..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const readmes = ["README.md", "README.zh-CN.md"];
const guides = readdirSync(path.join(root, "docs")).filter((name) => name.endsWith(".md"));
const pages = [
  ...readmes,
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  ...guides.map((name) => `docs/${name}`),
];

/** What stands between single backticks, outside of blocks of code. */
const codeIn = (page: string) =>
  [
    ...read(page)
      .replace(/^```[\s\S]*?^```/gm, "")
      .matchAll(/`([^`\n]+)`/g),
  ].map(([, code = ""]) => code);

/** Of what a page names, whatever is not there. */
function wrongIn(page: string, pattern: RegExp, isThere: (match: RegExpMatchArray) => boolean) {
  return [...new Set(codeIn(page))].flatMap((code) =>
    [...code.matchAll(pattern)]
      .filter((match) => !isThere(match))
      .map(([text]) => `${page}: ${text}`),
  );
}

/** The handlers: "GET /api/data/{}". */
const calls = new Set(
  readdirSync(path.join(root, "app"), { recursive: true, encoding: "utf8" })
    .map((file) => file.split(path.sep).join("/"))
    .filter((file) => file.endsWith("/route.ts"))
    .flatMap((file) => {
      const address = `/${path.posix.dirname(file)}`.replace(/\[[^\]]+\]/g, "{}");
      const methods = read(`app/${file}`).matchAll(/export const (GET|POST|PATCH|DELETE)\b/g);
      return [...methods].map(([, method]) => `${method} ${address}`);
    }),
);

test("every call of the API that a document names has its handler", () => {
  expect(calls).toContain("GET /api/data/{}");
  const call = /^(GET|POST|PUT|PATCH|DELETE) (\/(?:api|\.well-known)\/[^\s?`]+)/g;
  const there = ([, method, address]: RegExpMatchArray) =>
    calls.has(`${method} ${address?.replace(/\{[^}]+\}/g, "{}")}`);
  expect(pages.flatMap((page) => wrongIn(page, call, there))).toEqual([]);
});

test("every file and folder that a document names is there", () => {
  const named =
    /^(?:app|bench|components|docs|e2e|lib|messages|prisma|sandbox|start)\/[\w./()[\]-]+$/g;
  // What a bench makes.
  const made = ["bench/results"];
  const there = ([file]: RegExpMatchArray) =>
    made.includes(file) ||
    ["", ".ts", ".tsx", ".mjs"].some((end) => existsSync(path.join(root, `${file}${end}`)));
  expect(pages.flatMap((page) => wrongIn(page, named, there))).toEqual([]);
});

test("every command and suite that a document names can be run", () => {
  const { scripts } = JSON.parse(read("package.json"));
  const suites = read("bench/main.ts");
  const wrong = pages.flatMap((page) => {
    const commands = [...read(page).matchAll(/npm run ([\w:-]+)/g)]
      .filter(([, name]) => !scripts[name as string])
      .map(([text]) => `${page}: ${text}`);
    const named = [...read(page).matchAll(/--suites=([\w,]+)/g)].flatMap(([, list]) =>
      (list ?? "").split(","),
    );
    return [...commands, ...named.filter((suite) => !new RegExp(`\\b${suite}\\b`).test(suites))];
  });
  expect(wrong).toEqual([]);
});

/** The settings that the code reads, and what .env.example says of them. */
const settings = [
  ...new Set(
    [...read("lib/settings/env.ts").matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(
      ([, name = ""]) => name,
    ),
  ),
];
const example = new Map(
  [...read(".env.example").matchAll(/^# ([A-Z][A-Z_]+)=(.*)$/gm)].map(
    ([, name = "", value = ""]) => [name, value],
  ),
);

test(".env.example tells of every variable that the sandbox and the starters read", () => {
  // Said by the system, by npm, or by the tests among themselves.
  const others = /^(NODE_ENV|CI|E2E_\w+)$/;
  const files = ["start", "sandbox"].flatMap((folder) =>
    readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}`),
  );
  const named = files
    .filter((file) => /(?<!\.test)\.(ts|mjs)$/.test(file))
    .flatMap((file) => [
      ...read(file).matchAll(/process\.env\.([A-Z]\w+)|number\("(SANDBOX_\w+)"/g),
    ])
    .map(([, one, other]) => one ?? other ?? "");
  expect(named).toContain("SANDBOX_SCALE");
  expect(named.filter((name) => !others.test(name) && !example.has(name))).toEqual([]);
});

test("every variable that a document names is one of the settings", () => {
  // Node's own, and one that a test reads.
  const others = ["NODE_EXTRA_CA_CERTS", "FAULT_PAIRS"];
  const variable = /(?<![\w/.])[A-Z]{2,}(?:_[A-Z]+)+(?![\w/])/g;
  const there = ([name]: RegExpMatchArray) => example.has(name) || others.includes(name);
  expect(pages.flatMap((page) => wrongIn(page, variable, there))).toEqual([]);
});

test("defaults are the same in the code, in .env.example and in docker-compose.yml", () => {
  const inForce = parseEnv({}) as Record<string, unknown>;
  const plain = settings.filter((name) => ["number", "string"].includes(typeof inForce[name]));
  const numbers = plain.filter((name) => !/_DIR$/.test(name));
  expect(numbers).toContain("WORKER_CONCURRENCY");
  const compose = parse(read("docker-compose.yml"), { merge: true }).services.web.environment;
  for (const name of numbers) {
    expect(example.get(name), `${name} in .env.example`).toBe(String(inForce[name]));
    const given = String(compose[name]).replace(/^\$\{[A-Z_]+:-(.*)\}$/, "$1");
    expect(given, `${name} in docker-compose.yml`).toBe(String(inForce[name]));
  }
});

test.each(readmes)("%s names every setting, each with its default", (page) => {
  const inForce = parseEnv({}) as Record<string, unknown>;
  const rows = read(page)
    .split("\n")
    .filter((line) => /^\| `[A-Z][A-Z_]+`/.test(line))
    .map((line) =>
      line.split("|").map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code)),
    );
  expect(rows.flatMap(([, names]) => names).sort()).toEqual([...settings].sort());
  for (const [, names = [], defaults = []] of rows) {
    names.forEach((name, index) => {
      const value = inForce[name as string];
      if (typeof value === "number" || name === "LOG_LEVEL") {
        expect(defaults[index], name).toBe(String(value));
      }
    });
  }
});

test("both READMEs name the same calls, commands, settings and fields", () => {
  const [english, chinese] = readmes.map((page) =>
    // The example of a file has its words in the reader's language.
    codeIn(page).filter((code) => !code.startsWith('{"jwks"')),
  );
  expect([...new Set(chinese)].sort()).toEqual([...new Set(english)].sort());
});

test("ARCHITECTURE.md's code map names every folder and every room as they are", () => {
  const ignored = read(".gitignore")
    .split("\n")
    .map((line) => line.replace(/^\/|\/$/g, ""));
  const folders = (of: string) =>
    readdirSync(path.join(root, of), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map(({ name }) => path.posix.join(of, name))
      .filter((folder) => !ignored.includes(folder));
  const map = /^## Code map[\s\S]*?(?=^### )/m.exec(read("ARCHITECTURE.md"))?.[0] ?? "";
  const named = [...map.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code.replace(/\/$/, ""));
  const all = [
    ...folders("").filter((name) => name !== "lib"),
    ...folders("lib"),
    ...folders("components"),
  ];
  expect(all).toContain("components/data");
  expect(all.filter((folder) => !named.includes(folder))).toEqual([]);
});

test("every invariant says which test holds it", () => {
  const list = /^## Invariants[\s\S]*?(?=^## )/m.exec(read("ARCHITECTURE.md"))?.[0] ?? "";
  const entries = list.split(/^- /m).slice(1);
  expect(entries.length).toBeGreaterThan(10);
  expect(
    entries.filter((entry) => !/\([^()]*\.(?:test|spec)\.ts`[^()]*\)\s*$/.test(entry)),
  ).toEqual([]);
});

test("every decision is dated", () => {
  const list = /^## Decisions[\s\S]*/m.exec(read("ARCHITECTURE.md"))?.[0] ?? "";
  const titles = [...list.matchAll(/^\*\*(.*)/gm)].map(([, title = ""]) => title);
  expect(titles.length).toBeGreaterThan(30);
  expect(titles.filter((title) => !/^\d{4}-\d\d-\d\d · /.test(title))).toEqual([]);
});
