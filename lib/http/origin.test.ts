import { afterEach, expect, test, vi } from "vitest";

afterEach(() => vi.unstubAllEnvs());

/** Settings are read once a process, so each case gets a module of its own. */
async function origin(url: string, headers: Record<string, string> = {}, set = "") {
  vi.resetModules();
  vi.stubEnv("NEXTAUTH_URL", set);
  const { originOf } = await import("./origin");
  return originOf(new Request(url, { headers }));
}

test("a link starts with the address under which the caller reached us", async () => {
  expect(await origin("http://localhost:3000/api/people/invite")).toBe("http://localhost:3000");
  expect(await origin("http://localhost:3000/api/people/invite", { host: "192.0.2.7:3000" })).toBe(
    "http://192.0.2.7:3000",
  );
});

test("behind a proxy that ends TLS the link is the proxy's", async () => {
  expect(
    await origin("http://10.0.0.5:3000/x", {
      "x-forwarded-host": "bulk.example.org, inner:3000",
      "x-forwarded-proto": "https, http",
    }),
  ).toBe("https://bulk.example.org");
});

test("what somebody set wins; the starter's own localhost does not", async () => {
  const headers = { host: "192.0.2.7:3000" };
  expect(await origin("http://x/", headers, "https://bulk.example.org")).toBe(
    "https://bulk.example.org",
  );
  expect(await origin("http://x/", headers, "http://localhost:3000")).toBe("http://192.0.2.7:3000");
});

test("a host that is none falls back to the request's own", async () => {
  expect(await origin("http://localhost:3000/x", { "x-forwarded-host": "a b" })).toBe(
    "http://localhost:3000",
  );
});
