import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { NextRequest } from "next/server";
import { beforeAll, expect, test, vi } from "vitest";
import { hashPassword } from "@/lib/session/password";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";

// The whole way in, with next-auth's own handler; only what Next knows of the request is stood in for.

process.env.DATA_DIR = mkdtempSync(path.join(tmpdir(), "sign-in-"));
process.env.NEXTAUTH_URL = "http://localhost:3000";
vi.stubEnv("LOG_LEVEL", "silent");
await freshDatabase();

const jar = new Map<string, string>();
const require = createRequire(import.meta.url);
const id = require.resolve("next/headers");
require.cache[id] = {
  id,
  filename: id,
  loaded: true,
  exports: {
    headers: async () => new Headers(),
    cookies: async () => ({ getAll: () => [...jar].map(([name, value]) => ({ name, value })) }),
  },
} as unknown as NodeJS.Module;

const { GET, POST } = await import("./route");

async function call(action: string[], form?: Record<string, string>) {
  const url = `http://localhost:3000/api/auth/${action.join("/")}`;
  const context = { params: Promise.resolve({ nextauth: action }) };
  const answer = form
    ? await POST(
        new NextRequest(url, {
          method: "POST",
          body: new URLSearchParams(form).toString(),
          headers: { "content-type": "application/x-www-form-urlencoded" },
        }),
        context,
      )
    : await GET(new NextRequest(url), context);
  for (const cookie of answer.headers.getSetCookie()) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    jar.set(name, decodeURIComponent(value));
  }
  return { status: answer.status, body: await answer.json() };
}

const userId = randomUUID();
beforeAll(async () => {
  const passwordHash = await hashPassword("correct horse battery");
  await database().prisma.user.create({
    data: { id: userId, email: "ada@example.org", name: "Ada", role: "viewer", passwordHash },
  });
});

test("the right password opens a session, a wrong one does not, nor one from another page", async () => {
  const { csrfToken } = (await call(["csrf"])).body;
  const form = { email: "ada@example.org", password: "correct horse battery", json: "true" };
  const callback = ["callback", "credentials"];

  const wrong = await call(callback, { ...form, csrfToken, password: "wrong" });
  expect(wrong.status).toBe(401);
  expect(new URL(wrong.body.url).searchParams.get("error")).toContain("sign-in-refused");
  await call(callback, { ...form, csrfToken: "made up" });
  expect((await call(["session"])).body).toEqual({});

  expect(await call(callback, { ...form, csrfToken })).toMatchObject({ status: 200 });
  expect((await call(["session"])).body).toMatchObject({ userId });
});
