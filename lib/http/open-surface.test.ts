import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const app = path.resolve(import.meta.dirname, "../../app");
const files = readdirSync(app, { recursive: true, encoding: "utf8" }).map((name) =>
  name.split(path.sep).join("/"),
);
const source = (file: string) => readFileSync(path.join(app, file), "utf8");
const handlers = files.filter((name) => /(^|\/)route\.tsx?$/.test(name));

/** Everything that answers somebody who has not signed in. Longer only for a very good reason. */
const open = [
  // public keys, which FHIR servers must be able to read
  ".well-known/jwks.json/route.ts",
  "api/health/route.ts",
  "api/invitations/accept/route.ts",
];

test("no handler but health, the public keys and the one-time link answers without a sign-in", () => {
  const declared = handlers.filter((file) => /access:\s*["'`]public["'`]/.test(source(file)));
  expect(declared.filter((file) => !open.includes(file))).toEqual([]);
  expect(declared).toContain("api/invitations/accept/route.ts");
});

test("every method of every handler says who may call it", () => {
  const silent = handlers
    .filter((file) => file !== "api/auth/[...nextauth]/route.ts")
    .filter((file) => {
      const text = source(file);
      const methods = text.match(/export (const|(async )?function) (GET|POST|PUT|PATCH|DELETE)\b/g);
      const routes = text.match(/export const (GET|POST|PUT|PATCH|DELETE) = route\(/g);
      const access = text.match(/access:\s*"(public|read|write|admin)"/g);
      return !methods || methods.length !== routes?.length || methods.length !== access?.length;
    });
  expect(silent).toEqual([]);
});

test("every handler of the API is in its description", () => {
  const described = source("api/openapi.json/routes.ts");
  const own = ["api/auth/[...nextauth]/route.ts", "api/openapi.json/route.ts"];
  const missing = handlers
    .filter((file) => /^(api|\.well-known)\//.test(file) && !own.includes(file))
    .filter((file) => !described.includes(`"/${file.replace("/route.ts", "")}":`));
  // app/api/openapi.json/routes.ts names them; their words stand in messages/api/.
  expect(missing).toEqual([]);
});

test("what changes something is not open to everyone who may look", () => {
  // People make and revoke their own API keys, and change their own password; what keys may is checked there.
  const own = [
    "api/account/password/route.ts",
    "api/api-keys/route.ts",
    "api/api-keys/[apiKeyId]/route.ts",
  ];
  const loose = handlers.filter(
    (file) =>
      !own.includes(file) &&
      /export const (POST|PUT|PATCH|DELETE) = route\(\s*\{\s*access:\s*"read"/.test(source(file)),
  );
  expect(loose.filter((file) => !looksOnly.includes(file))).toEqual([]);
});

/** POST because of what comes in, not because of what it does. */
const looksOnly = ["api/connections/recognise/route.ts"];

test("the only pages without a sign-in are the sign-in page and the one-time link", () => {
  const pages = files.filter((name) => /(^|\/)page\.tsx$/.test(name));
  expect(pages.filter((name) => !name.startsWith("(console)/")).sort()).toEqual([
    "(public)/sign-in/page.tsx",
    "(public)/welcome/page.tsx",
  ]);
});

test("there are no server actions, which would be handlers that nobody declared", () => {
  const root = path.resolve(app, "..");
  const acting = ["app", "components", "lib"].flatMap((top) =>
    readdirSync(path.join(root, top), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name) && !name.includes(".test."))
      .filter((name) =>
        /^\s*["']use server["']/m.test(readFileSync(path.join(root, top, name), "utf8")),
      ),
  );
  expect(acting).toEqual([]);
});
