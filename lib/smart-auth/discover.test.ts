import { expect, test } from "vitest";
import type { AppError } from "@/lib/errors";
import { discover } from "./discover";

const fhirBaseUrl = "https://fhir.example.org/tenant/r4";

const server = (pages: Record<string, () => Response>) => ({
  fetch: async (url: string) =>
    pages[url.slice(fhirBaseUrl.length)]?.() ?? new Response("", { status: 404 }),
});

const statement = {
  resourceType: "CapabilityStatement",
  rest: [
    {
      security: {
        extension: [
          {
            url: "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
            extension: [{ url: "token", valueUri: "https://auth.example.org/token" }],
          },
        ],
      },
    },
  ],
};

test.each(["http://auth.example.org/token?a=b", "javascript:alert(1)"])(
  "a server asked over TLS is not believed that its token lies at %s",
  async (endpoint) => {
    const found = discover(
      { fhirBaseUrl },
      server({
        "/.well-known/smart-configuration": () => Response.json({ token_endpoint: endpoint }),
      }),
    );
    await expect(found).rejects.toMatchObject({
      code: "discovery-failed",
      params: { reason: expect.stringContaining(endpoint.split(/[?:]/)[0] ?? "") },
    });
  },
);

test.each([
  ["https://auth.example.org/token", "https://auth.example.org/token"],
  ["/oauth/token", "https://fhir.example.org/oauth/token"],
  ["oauth/token", "https://fhir.example.org/tenant/r4/oauth/token"],
])("token_endpoint %s is resolved against the base", async (endpoint, tokenUrl) => {
  const found = await discover(
    { fhirBaseUrl },
    server({
      "/.well-known/smart-configuration": () =>
        Response.json({
          token_endpoint: endpoint,
          scopes_supported: ["system/*.rs"],
          token_endpoint_auth_signing_alg_values_supported: ["RS384"],
          capabilities: ["permission-v2"],
        }),
    }),
  );
  expect(found).toEqual({
    tokenUrl,
    scopesSupported: ["system/*.rs"],
    algorithms: ["RS384"],
    capabilities: ["permission-v2"],
    source: "smart-configuration",
  });
});

test.each([
  ["missing", undefined],
  ["a web page", () => new Response("<html>", { headers: { "content-type": "text/html" } })],
  ["without a token address", () => Response.json({ issuer: "x" })],
])("a smart-configuration that is %s leaves the CapabilityStatement", async (_what, page) => {
  const pages: Record<string, () => Response> = { "/metadata": () => Response.json(statement) };
  if (page) pages["/.well-known/smart-configuration"] = page;
  const found = await discover({ fhirBaseUrl }, server(pages));
  expect(found.tokenUrl).toBe("https://auth.example.org/token");
  expect(found.source).toBe("capability-statement");
});

test("a server that says nothing is told with what it said", async () => {
  const pages = { "/metadata": () => Response.json({ resourceType: "CapabilityStatement" }) };
  const error = (await discover({ fhirBaseUrl }, server(pages)).catch((e) => e)) as AppError;
  expect(error.code).toBe("discovery-failed");
  expect(error.params.reason).toContain("smart-configuration: HTTP 404");
});

test("a host that is not there is told as such", async () => {
  const fetch = async () => {
    throw new TypeError("fetch failed", {
      cause: Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" }),
    });
  };
  const error = (await discover({ fhirBaseUrl }, { fetch }).catch((e) => e)) as AppError;
  expect([error.code, error.params.host]).toEqual(["host-unreachable", "fhir.example.org"]);
});
