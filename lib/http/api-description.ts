import { z } from "zod";
import { Failure } from "@/lib/contract/failure";
import type { ApiDescription, Content, JsonSchema, Operation } from "@/lib/contract/openapi";
import { type ApiTexts, apiTexts } from "@/messages/api-texts";
import type { Locale } from "@/messages/messages";
import { curlOf, pythonOf } from "./api-code";
import { exampleOf } from "./api-example";
import { contractSchemas } from "./contract-schemas";
import type { Declared } from "./route";

/** The handlers of one address, as its route.ts exports them. */
export type RouteModule = Partial<Record<Method, { declared: Declared }>>;
const methods = ["GET", "POST", "PATCH", "DELETE"] as const;
type Method = (typeof methods)[number];

/** The topics in the order in which they are shown, and which addresses belong to them. */
const topics: [string, RegExp][] = [
  ["exports", /^\/api\/(bulk-data|exports)/],
  ["connections", /^\/api\/connections/],
  ["data", /^\/api\/data/],
  ["charts", /^\/api\/charts/],
  ["people", /^\/api\/(people|invitations|api-keys|audit)/],
  ["installation", /^\//],
];

/** Of a request's optional fields: those that an example shows. */
const shown = [
  "fhir_server_url",
  "resource_types",
  "since",
  "token_url",
  "client_id",
  "private_key",
  "config",
  "groups",
  "job_id",
];

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * The OpenAPI 3.1 description of the HTTP API, made from what the handlers declare: the schemas that
 * check the requests and those of the answers; words in the reader's language.
 * @param routes by address as Next's folders have it, "/api/bulk-data/jobs/[jobId]"
 * @param origin where the reader reaches us, for the examples
 */
export function apiDescription(
  routes: Record<string, RouteModule>,
  { origin, locale, version }: { origin: string; locale: Locale; version: string },
): ApiDescription {
  const texts = apiTexts(locale);
  const { components, reference } = schemasOf(routes, texts);
  const resolve = (ref: string) => components[ref.split("/").at(-1) ?? ""] ?? {};
  const paths: ApiDescription["paths"] = {};
  for (const [folder, module] of Object.entries(routes)) {
    const path = folder.replace(/\[(\w+)\]/g, (_, name: string) => `{${snake(name)}}`);
    paths[path] = {};
    for (const method of methods) {
      const declared = module[method]?.declared;
      if (!declared) continue;
      const words = texts.calls[`${method} ${path}`];
      const parameters = [
        ...parametersOf(declared.params, "path", texts),
        ...parametersOf(declared.query, "query", texts),
      ];
      const body = declared.body && reference(declared.body);
      const bodyExample = body && exampleOf(body, resolve, "", shown);
      const at = path.replace(/\{(\w+)\}/g, (_, name: string) => {
        const parameter = parameters.find((one) => one.name === name);
        return encodeURIComponent(
          String(parameter ? exampleOf(parameter.schema, resolve, name) : name),
        );
      });
      const call = {
        method,
        url: `${origin}${at}`,
        signedIn: declared.access !== "public",
        ...(body ? { body: bodyExample } : {}),
        text: Boolean(declared.lines || (declared.file && !declared.answer)),
      };
      paths[path][method.toLowerCase()] = {
        operationId: operationId(method, path),
        tags: [topicOf(path)],
        summary: words?.summary ?? "",
        ...(words?.description ? { description: words.description } : {}),
        "x-access": declared.access,
        security: securityOf(declared.access),
        parameters,
        ...(body
          ? {
              requestBody: {
                required: true,
                content: { "application/json": { schema: body, example: bodyExample } },
              },
            }
          : {}),
        responses: responsesOf(declared, texts, reference, resolve),
        "x-codeSamples": [
          { lang: "Shell", label: "curl", source: curlOf(call) },
          { lang: "Python", label: "Python", source: pythonOf(call) },
        ],
      };
    }
  }
  return {
    openapi: "3.1.0",
    info: { title: texts.title, version, description: texts.description },
    servers: [{ url: origin }],
    tags: topics.map(([name]) => ({ name, description: texts.topics[name] ?? "" })),
    paths,
    components: {
      securitySchemes: {
        key: { type: "http", scheme: "bearer", description: texts.answers.key },
        basic: { type: "http", scheme: "basic", description: texts.answers.basic },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "next-auth.session-token",
          description: texts.answers.session,
        },
      },
      schemas: components,
    },
  };
}

const topicOf = (path: string) => topics.find(([, pattern]) => pattern.test(path))?.[0] ?? "";

const operationId = (method: string, path: string) =>
  `${method.toLowerCase()}-${path.replace(/[^a-z0-9]+/gi, "-").replace(/^-(api-)?|-$/g, "")}`;

/** Keys give at most what an operator may: what is an administrator's needs a person. */
function securityOf(access: Declared["access"]): Record<string, string[]>[] {
  if (access === "public") return [];
  if (access === "admin") return [{ session: [] }];
  return [{ key: [] }, { basic: [] }, { session: [] }];
}

function responsesOf(
  { access, answer, created, lines, file, body, params, query }: Declared,
  texts: ApiTexts,
  reference: (schema: z.ZodType) => JsonSchema,
  resolve: (ref: string) => JsonSchema,
): Operation["responses"] {
  const content: Content = {};
  if (answer) {
    const schema = reference(answer);
    content["application/json"] = { schema, example: exampleOf(schema, resolve) };
  }
  if (lines) content["application/x-ndjson"] = { schema: reference(lines) };
  if (file) content[file] = { schema: { type: "string" } };
  const failed = (status: string) => ({
    [status]: {
      description: texts.answers.failure,
      content: { "application/json": { schema: reference(Failure) } },
    },
  });
  return {
    [created ? "201" : "200"]: {
      description: texts.answers[lines ? "lines" : created ? "created" : "ok"],
      content,
    },
    ...(body || query || params ? failed("400") : {}),
    ...(access === "public" ? {} : { ...failed("401"), ...failed("403") }),
    ...(params ? failed("404") : {}),
  };
}

function parametersOf(
  schema: z.ZodType | undefined,
  where: "path" | "query",
  texts: ApiTexts,
): Operation["parameters"] {
  if (!schema) return [];
  const { properties = {}, required = [] } = tidy(
    z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema,
  );
  return Object.entries(properties).map(([field, inner]) => {
    const name = where === "path" ? snake(field) : field;
    const description = texts.fields[name];
    return {
      name,
      in: where,
      // Lists may be left out: a query string has no empty list.
      required: where === "path" || (required.includes(field) && inner.type !== "array"),
      ...(description ? { description } : {}),
      schema: inner,
    };
  });
}

/** Every schema of bodies and answers under a name of its own, and how to point to it. */
function schemasOf(routes: Record<string, RouteModule>, texts: ApiTexts) {
  const names = contractSchemas();
  const incoming = z.registry<{ id: string }>();
  const outgoing = z.registry<{ id: string }>();
  const bodies = new Set<z.ZodType>();
  for (const [schema, name] of names) {
    if (/(Query|Params)$/.test(name)) continue;
    // Fields with a default may be left out coming in and are there going out.
    if (name.endsWith("Body")) bodies.add(schema);
    else outgoing.add(schema, { id: name });
    incoming.add(schema, { id: name.endsWith("Body") ? name : `${name}Input` });
  }
  for (const [path, module] of Object.entries(routes)) {
    for (const method of methods) {
      const { body, answer, lines } = module[method]?.declared ?? {};
      const own = operationId(method, path).replace(/(^|-)([a-z])/g, (_m, _d, letter: string) =>
        letter.toUpperCase(),
      );
      if (body) {
        bodies.add(body);
        if (!incoming.has(body)) incoming.add(body, { id: `${own}Body` });
      }
      for (const schema of [answer, lines]) {
        if (schema && !outgoing.has(schema)) outgoing.add(schema, { id: `${own}Answer` });
      }
    }
  }
  const uri = (id: string) => `#/components/schemas/${id}`;
  const made = {
    ...z.toJSONSchema(incoming, { uri, io: "input", unrepresentable: "any" }).schemas,
    ...z.toJSONSchema(outgoing, { uri, io: "output", unrepresentable: "any" }).schemas,
  } as Record<string, JsonSchema>;
  // Words and lists of words are the same coming in and going out: one name is enough.
  for (const [name, schema] of Object.entries(made)) {
    const plain = name.replace(/Input$/, "");
    if (plain !== name && made[plain] && !schema.properties) made[name] = { $ref: uri(plain) };
  }

  // Only what some call points to, directly or through others.
  const components: Record<string, JsonSchema> = {};
  const keep = (name: string) => {
    const schema = made[name];
    if (!schema || components[name]) return;
    components[name] = described(direct(tidy(schema)), name, texts);
    for (const [, next = ""] of JSON.stringify(components[name]).matchAll(
      /"\$ref":"#\/components\/schemas\/([^"]+)"/g,
    )) {
      keep(next);
    }
  };
  /** Past names that only point on. */
  const direct = (schema: JsonSchema): JsonSchema =>
    JSON.parse(
      JSON.stringify(schema, (key, value) =>
        key === "$ref" ? (made[String(value).split("/").at(-1) ?? ""]?.$ref ?? value) : value,
      ),
    );
  const reference = (schema: z.ZodType): JsonSchema => {
    const registry = bodies.has(schema) ? incoming : outgoing;
    const name = registry.get(schema)?.id ?? "";
    keep(name);
    return { $ref: uri(name) };
  };
  return { components, reference };
}

/** Without what says nothing: limits of a float's whole numbers, patterns beside a format, own ids. */
function tidy(schema: JsonSchema): JsonSchema {
  return JSON.parse(
    JSON.stringify(schema, (name, value) => {
      if (name === "$schema" || name === "$id") return undefined;
      if (name === "additionalProperties" && value === false) return undefined;
      if (Math.abs(value) === Number.MAX_SAFE_INTEGER) return undefined;
      if (value && typeof value === "object" && value.format && value.pattern) {
        const { pattern: _, ...rest } = value;
        return rest;
      }
      return value;
    }),
  );
}

function described(schema: JsonSchema, name: string, texts: ApiTexts): JsonSchema {
  if (!schema.properties) return schema;
  const short = name.replace(/Input$/, "");
  const properties = Object.entries(schema.properties).map(([field, inner]) => {
    const description = texts.fields[`${short}.${field}`] ?? texts.fields[field];
    return [field, description ? { ...inner, description } : inner];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}
