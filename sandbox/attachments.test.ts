import { afterAll, beforeAll, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "./server";
import { manifestOf, resourcesOf } from "./small-client";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({
    scale: 0.05,
    auth: false,
    documents: { each: 8, missingEvery: 6, largeEvery: 5, largeBytes: 300_000 },
  });
});
afterAll(() => sandbox.close());

test("documents are exported, and each attachment is what the document says", async () => {
  const manifest = await manifestOf(
    sandbox,
    "/Group/HealthNewEngland/$export?_type=DocumentReference",
  );
  const documents = await resourcesOf(manifest.output[0]?.url ?? "");
  const { DocumentReference } = await sandbox.expectedCounts("HealthNewEngland");
  expect(documents).toHaveLength(DocumentReference ?? 0);
  const expected = sandbox.expectedAttachments("HealthNewEngland");
  expect(expected).toHaveLength(documents.length);
  const seen = new Set<string>();
  for (const document of documents) {
    const [content] = document.content as { attachment: Record<string, unknown> }[];
    const { contentType, url, data, size } = content?.attachment ?? {};
    const truth = expected.find(({ documentId }) => documentId === document.id);
    expect([contentType, url ?? null]).toEqual([truth?.contentType, truth?.url]);
    if (truth?.url === null) {
      expect(Buffer.from(String(data), "base64")).toHaveLength(truth.size);
      seen.add("inside");
      continue;
    }
    const response = await fetch(String(url));
    const body = Buffer.from(await response.arrayBuffer());
    if (truth?.missing) expect(response.status).toBe(404);
    else {
      expect([response.headers.get("content-type"), body.length]).toEqual([contentType, size]);
      expect(body.length > 200_000).toBe(truth?.size === 300_000);
    }
    seen.add(truth?.missing ? "missing" : body.length > 200_000 ? "large" : String(contentType));
  }
  expect([...seen].sort()).toEqual(
    ["application/pdf", "inside", "large", "missing", "text/html", "text/plain"].sort(),
  );
});

test("a Binary comes raw, or as FHIR when FHIR is asked for; attachmentBytes lies about its size", async () => {
  const found = sandbox
    .expectedAttachments("HealthNewEngland")
    .find(({ url, missing }) => url?.includes("/Binary/") && !missing);
  const url = found?.url ?? "";
  const raw = Buffer.from(await (await fetch(url)).arrayBuffer());
  const fhir = await fetch(url, { headers: { Accept: "application/fhir+json" } });
  const binary = (await fhir.json()) as { resourceType: string; data: string };
  expect(binary.resourceType).toBe("Binary");
  expect(Buffer.from(binary.data, "base64").equals(raw)).toBe(true);
  sandbox.faults = { attachmentBytes: 1_000_000, attachment429: 1, attachment500: 1 };
  const statuses = [(await fetch(url)).status, (await fetch(url)).status];
  expect(statuses).toEqual([429, 500]);
  expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(1_000_000);
});

test("without the option there are no documents", async () => {
  const plain = await startSandbox({ scale: 0.01, auth: false });
  const response = await fetch(`${plain.fhirBaseUrl}/$export?_type=DocumentReference`, {
    headers: { Prefer: "respond-async" },
  });
  expect(response.status).toBe(400);
  const metadata = await (await fetch(`${plain.fhirBaseUrl}/metadata`)).text();
  expect(metadata).not.toContain("DocumentReference");
  await plain.close();
});
