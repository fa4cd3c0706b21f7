import { beforeEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { AppError } from "@/lib/errors";
import { createApiKey, listApiKeys } from "@/lib/session/api-keys";
import type { Person } from "@/lib/session/current-person";
import { freshDatabase } from "@/lib/store/fresh-database";
import { route } from "./route";

await freshDatabase();
vi.stubEnv("LOG_LEVEL", "silent");

let person: Person | null = null;
vi.mock("@/lib/session/current-person", () => ({ currentPerson: async () => person }));

beforeEach(() => {
  person = null;
});

const somebody = (role: Person["role"]): Person => ({
  userId: "u",
  email: `${role}@example.org`,
  name: role,
  role,
});
const context = { params: Promise.resolve({}) };
type Handler = ReturnType<typeof route>;
const call = async (handler: Handler, init?: RequestInit, path = "/api/x") => {
  const answer = await handler(new Request(`http://here.example${path}`, init), context);
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
};
const read = route({ access: "read" }, async ({ actor }) => ({ actor: actor.label }));
const write = route({ access: "write" }, async ({ actor }) => ({ actor: actor.label }));
const admin = route({ access: "admin" }, async ({ actor }) => ({ actor: actor.label }));
const open = route({ access: "public" }, async ({ actor }) => ({ actor }));

test("nobody gets in but through what is public", async () => {
  for (const handler of [read, write, admin]) {
    const { status, body, headers } = await call(handler as Handler);
    expect([status, body.code]).toEqual([401, "not-signed-in"]);
    expect(headers.get("www-authenticate")).toContain("Bearer");
    expect(headers.get("cache-control")).toBe("no-store");
  }
  expect((await call(open as Handler)).body).toEqual({ actor: null });
});

test("a path without named parts is answered, though Next hands over no parts then", async () => {
  const answer = await (open as Handler)(new Request("http://here.example/api/x"), {});
  expect(answer.status).toBe(200);
});

test("each role gets as far as it may", async () => {
  const statuses: Record<string, number[]> = {};
  for (const role of ["viewer", "operator", "admin"] as const) {
    person = somebody(role);
    statuses[role] = [];
    for (const handler of [read, write, admin]) {
      statuses[role].push((await call(handler as Handler)).status);
    }
  }
  expect(statuses).toEqual({
    viewer: [200, 403, 403],
    operator: [200, 200, 403],
    admin: [200, 200, 200],
  });
});

test("a key gets in by itself; a wrong one is refused even beside a session", async () => {
  const { key, prefix } = await createApiKey({ name: "k", scope: "write", createdBy: null });
  const by = (value: string) => ({ headers: { authorization: `Bearer ${value}` } });
  expect((await call(write as Handler, by(key))).body).toEqual({ actor: `key:${prefix}` });
  expect((await call(admin as Handler, by(key))).status).toBe(403);
  person = somebody("admin");
  expect((await call(read as Handler, by("bh_wrong"))).body.code).toBe("api-key-refused");
});

test("from where a key is used is what the nearest proxy saw, not what the caller claims", async () => {
  const { key, api_key_id } = await createApiKey({ name: "k", scope: "read", createdBy: null });
  const headers = { authorization: `Bearer ${key}`, "x-forwarded-for": "127.0.0.1, 192.0.2.4" };
  expect((await call(read as Handler, { headers })).status).toBe(200);
  const used = (await listApiKeys({ role: "admin", label: "" })).find(
    (one) => one.api_key_id === api_key_id,
  );
  expect(used?.last_used_ip).toBe("192.0.2.4");
});

test("another site cannot change anything with a person's cookie or a browser's Basic password", async () => {
  const { key } = await createApiKey({ name: "k", scope: "write", createdBy: null });
  const basic = `Basic ${Buffer.from(`api:${key}`).toString("base64")}`;
  const foreign: Record<string, string>[] = [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { origin: "http://evil.example", host: "here.example" },
    { origin: "null", host: "here.example" },
    { origin: "http://here.example:8080", host: "here.example" },
  ];
  for (const headers of foreign) {
    person = somebody("admin");
    const withCookie = await call(write as Handler, { method: "POST", headers });
    expect([withCookie.status, withCookie.body.code]).toEqual([403, "cross-site"]);
    person = null;
    const withBasic = await call(write as Handler, {
      method: "POST",
      headers: { ...headers, authorization: basic },
    });
    expect(withBasic.body.code).toBe("cross-site");
  }
});

test("our own pages and scripts may change things", async () => {
  person = somebody("operator");
  const own: Record<string, string>[] = [
    { "sec-fetch-site": "same-origin" },
    { origin: "http://here.example", host: "here.example" },
    {
      origin: "https://bulk.example.org",
      host: "inner:3000",
      "x-forwarded-host": "bulk.example.org",
    },
    {
      origin: "http://bulk.example.org",
      host: "inner:3000",
      "x-forwarded-host": "bulk.example.org, middle:8080",
    },
    {},
  ];
  for (const headers of own) {
    expect((await call(write as Handler, { method: "POST", headers })).status).toBe(200);
  }
});

test("what comes in is checked before the handler sees it", async () => {
  person = somebody("admin");
  const handler = route(
    {
      access: "write",
      body: z.object({ name: z.string() }),
      query: z.object({ page: z.coerce.number().int().default(1) }),
    },
    async ({ body, query }) => ({ ...body, ...query }),
  ) as Handler;
  const post = (body: string, path?: string) => call(handler, { method: "POST", body }, path);
  expect((await post('{"name":"x","more":1}', "/api/x?page=3")).body).toEqual({
    name: "x",
    page: 3,
  });
  expect((await post("{}")).body).toMatchObject({ code: "invalid-request" });
  expect((await post("not json")).status).toBe(400);
  expect((await post('{"name":"a\\u0000b"}')).body).toMatchObject({
    code: "invalid-request",
    params: { reason: "the body holds a NUL character" },
  });
  expect((await post('{"name":"a\\\\u0000b"}')).body.name).toBe("a\\u0000b");
  expect((await post('{"name":"x"}', "/api/x?page=a")).status).toBe(400);
  expect((await post('{"name":"x"}', "/api/x?q=a%00b")).body.code).toBe("invalid-request");
  expect((await post(`{"name":"${"x".repeat(5 * 1024 * 1024)}"}`)).status).toBe(413);
});

test("half a character in a body becomes one that says that it was not readable", async () => {
  person = somebody("admin");
  const body = z.object({ request: z.record(z.string(), z.array(z.string())) });
  const handler = route({ access: "write", body }, async ({ body }) => body) as Handler;
  const sent = String.raw`{"request":{"type_filter":["a\ud83db","\ud83d\ude00"]}}`;
  expect((await call(handler, { method: "POST", body: sent })).body).toEqual({
    request: { type_filter: ["a\uFFFDb", "\u{1F600}"] },
  });
});

test("a part of the path that no text of the database can be is refused by name", async () => {
  person = somebody("viewer");
  const params = z.object({ id: z.string(), type: z.string() });
  const handler = route({ access: "read", params }, async () => ({})) as Handler;
  const answer = await handler(new Request("http://here.example/api/x"), {
    params: Promise.resolve({ type: "Patient", id: "a\u0000b" }),
  });
  const told = { code: "invalid-request", params: { reason: "id: holds a NUL character" } };
  expect([answer.status, await answer.json()]).toMatchObject([400, told]);
});

test("a file of which only the head is asked for is let go", async () => {
  person = somebody("viewer");
  let open = true;
  const body = new ReadableStream({
    cancel() {
      open = false;
    },
  });
  const headers = { "Content-Type": "text/plain" };
  const handler = route({ access: "read" }, async () => new Response(body, { headers })) as Handler;
  const request = new Request("http://here.example/api/x", { method: "HEAD" });
  const answer = await handler(request, context);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/plain"]);
  expect(open).toBe(false);
});

test("a failure of ours is told with its code, one that nobody foresaw without its words", async () => {
  person = somebody("admin");
  const failing = (error: unknown) =>
    call(
      route({ access: "read" }, async () => {
        throw error;
      }) as Handler,
    );
  const late = await failing(
    new AppError("rate-limited", { host: "h" }, { retryAt: new Date(Date.now() + 5_000) }),
  );
  expect([late.status, late.body.code]).toEqual([503, "rate-limited"]);
  expect(Number(late.headers.get("retry-after"))).toBeGreaterThan(0);
  const unknown = await failing(new Error("SELECT family_name FROM patients failed"));
  expect([unknown.status, unknown.body.code]).toEqual([500, "internal"]);
  expect(JSON.stringify(unknown.body)).not.toContain("family_name");
  const lost = await failing(Object.assign(new Error("x"), { code: "ECONNREFUSED" }));
  expect([lost.status, lost.body.code]).toEqual([503, "database-unavailable"]);
});

test("large numbers of the database leave as numbers", async () => {
  person = somebody("viewer");
  const handler = route({ access: "read" }, async () => ({ size: 9_007_199_254_740_991n }));
  expect((await call(handler as Handler)).body).toEqual({ size: 9_007_199_254_740_991 });
});
