import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import type { z } from "zod";
import type { ApiDescription, JsonSchema } from "@/lib/contract/openapi";
import { apiDescription } from "@/lib/http/api-description";
import type { Declared } from "@/lib/http/route";
import { apiTexts } from "@/messages/api-texts";
import { locales } from "@/messages/messages";
import { routes } from "./routes";

const describe = (locale: (typeof locales)[number]) =>
  apiDescription(routes, { origin: "https://bulkhouse.example.org", locale, version: "1.2.3" });
const english = describe("en");

const calls = (description: ApiDescription) =>
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      path,
      operation,
    })),
  );

/** What the handler of a call declares. */
function declaredOf(name: string): Declared {
  const [method = "", path = ""] = name.split(" ");
  const shape = (text: string) => text.replace(/[[{]\w+[\]}]/g, "[]");
  const [, module] = Object.entries(routes).find(([folder]) => shape(folder) === shape(path)) ?? [];
  return module?.[method as "GET"]?.declared as Declared;
}

test.each(locales)("every call, parameter and field that comes in has its words (%s)", (locale) => {
  const description = describe(locale);
  const silent: string[] = [];
  for (const { name, operation } of calls(description)) {
    if (!operation.summary) silent.push(name);
    for (const parameter of operation.parameters) {
      if (!parameter.description) silent.push(`${name}: ${parameter.name}`);
    }
    const body = operation.requestBody?.content["application/json"]?.schema.$ref;
    const schema = body && description.components.schemas[body.split("/").at(-1) as string];
    for (const [field, inner] of Object.entries(schema ? (schema.properties ?? {}) : {})) {
      if (!inner.description) silent.push(`${name}: ${field}`);
    }
  }
  expect(silent).toEqual([]);
});

test("no words are left of calls that there are not", () => {
  const there = [...calls(english).map(({ name }) => name), "GET /api/openapi.json"];
  for (const locale of locales) {
    expect(Object.keys(apiTexts(locale).calls).filter((name) => !there.includes(name))).toEqual([]);
  }
  const keys = (locale: (typeof locales)[number]) => Object.keys(apiTexts(locale).fields).sort();
  expect(keys("zh-CN")).toEqual(keys("en"));
});

test("whatever is pointed to is there, and every call has a name of its own", () => {
  const text = JSON.stringify(english);
  const dead = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)]
    .map(([, name]) => name as string)
    .filter((name) => !english.components.schemas[name]);
  expect(dead).toEqual([]);
  const ids = calls(english).map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { path, operation } of calls(english)) {
    const named = operation.parameters.filter(({ in: place }) => place === "path");
    expect(named.map(({ name }) => `{${name}}`).sort()).toEqual(
      (path.match(/\{\w+\}/g) ?? []).sort(),
    );
  }
});

test("the examples are what the schemas take: a request as shown would pass its check", () => {
  const wrong: string[] = [];
  const parse = (name: string, schema: z.ZodType | undefined, example: unknown) => {
    const { success, error } = schema?.safeParse(example) ?? {};
    if (success === false) wrong.push(`${name}: ${error}`);
  };
  for (const { name, operation } of calls(english)) {
    const { body, answer } = declaredOf(name);
    if (body) parse(name, body, operation.requestBody?.content["application/json"]?.example);
    const ok = operation.responses["200"] ?? operation.responses["201"];
    if (answer) parse(name, answer, ok?.content?.["application/json"]?.example);
  }
  expect(wrong).toEqual([]);
});

test("who may call what stands in the description: scripts by key, people by session, health anyone", () => {
  const security = (name: string) =>
    calls(english).find((call) => call.name === name)?.operation.security;
  expect(security("GET /api/bulk-data/jobs")).toEqual([
    { key: [] },
    { basic: [] },
    { session: [] },
  ]);
  expect(security("GET /api/people")).toEqual([{ session: [] }]);
  expect(security("GET /api/health")).toEqual([]);
});

test("the description says the limits that the check has, and what may be left out", () => {
  const { parameters } = english.paths["/api/bulk-data/jobs"]?.get ?? {};
  const size = parameters?.find(({ name }) => name === "page_size");
  expect(size).toMatchObject({
    required: false,
    schema: { minimum: 1, maximum: 200, default: 25 },
  });
  const body = english.components.schemas.KickOffBody as JsonSchema;
  expect(body.required).toEqual(["fhir_server_url"]);
});

test("the Python examples are Python and the curl examples are shell", () => {
  const sources = calls(english).flatMap(({ operation }) => operation["x-codeSamples"]);
  const shell = sources.filter(({ lang }) => lang === "Shell").map(({ source }) => source);
  execFileSync("sh", ["-n"], { input: shell.join("\n") });
  for (const { source } of sources) expect(source).not.toContain("[object");
  const python = sources.filter(({ lang }) => lang === "Python");
  expect(python.length).toBe(shell.length);
  try {
    execFileSync("python3", ["--version"], { stdio: "ignore" });
  } catch {
    return; // no Python on this machine
  }
  const check = "import ast, json, sys\nfor source in json.load(sys.stdin): ast.parse(source)";
  execFileSync("python3", ["-c", check], {
    input: JSON.stringify(python.map(({ source }) => source)),
  });
});
