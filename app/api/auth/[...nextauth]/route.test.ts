import { NextRequest } from "next/server";
import { beforeEach, expect, test, vi } from "vitest";
import { POST } from "./route";

let handed: NextRequest | null = null;
vi.mock("next-auth", () => ({
  default: async (request: NextRequest) => {
    handed = request;
    return Response.json({});
  },
}));
vi.mock("@/lib/session/auth-options", () => ({ authOptions: () => ({}) }));
beforeEach(() => {
  handed = null;
});

const context = { params: Promise.resolve({ nextauth: ["callback", "credentials"] }) };
const post = (body: string) =>
  POST(
    new NextRequest("http://here.example/api/auth/callback/credentials?x=1", {
      method: "POST",
      body,
      headers: { "content-type": "application/x-www-form-urlencoded", cookie: "a=b" },
    }),
    context,
  );

test("a stranger cannot make us read a body of any size", async () => {
  const answer = await post(`email=${"x".repeat(100_000)}`);
  expect([answer.status, (await answer.json()).code]).toEqual([413, "config-too-large"]);
  expect(handed).toBeNull();
});

test("a sign-in reaches next-auth as it was sent", async () => {
  expect((await post("email=a%40b.example&password=p")).status).toBe(200);
  expect(handed?.nextUrl.searchParams.get("x")).toBe("1");
  expect(handed?.headers.get("content-type")).toBe("application/x-www-form-urlencoded");
  expect(handed?.headers.get("cookie")).toBe("a=b");
  expect(await handed?.text()).toBe("email=a%40b.example&password=p");
});
