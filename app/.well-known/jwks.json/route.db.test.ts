import { expect, test, vi } from "vitest";
import { createConnection } from "@/lib/pipeline/connection-commands";
import { freshDatabase } from "@/lib/store/fresh-database";
import { GET } from "./route";

await freshDatabase();
vi.stubEnv("ENCRYPTION_KEY", "a key for this test alone, of no use elsewhere");
vi.stubEnv("LOG_LEVEL", "silent");

test("anybody reads the public keys, and for how long they may be kept", async () => {
  await createConnection(
    {
      auth: "smart",
      fhir_base_url: "https://x.org/fhir",
      token_url: "https://x.org/token",
      make_key: "RS384",
      jwks_url: "https://here.org/.well-known/jwks.json",
    },
    { label: "me" },
  );
  const request = new Request("https://here.org/.well-known/jwks.json");
  const answer = await GET(request, { params: Promise.resolve({}) });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toContain("json");
  expect(answer.headers.get("cache-control")).toMatch(/public, max-age=[1-9]\d*/);
  const { keys } = (await answer.json()) as { keys: Record<string, unknown>[] };
  expect(keys).toHaveLength(2);
  for (const key of keys) {
    expect(Object.keys(key).sort()).toEqual(["alg", "e", "key_ops", "kid", "kty", "n", "use"]);
  }
});
