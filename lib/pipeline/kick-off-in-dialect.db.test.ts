import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ExportRequest } from "@/lib/contract/export-request";
import { getConnection } from "@/lib/store/connections";
import { freshDatabase } from "@/lib/store/fresh-database";
import { changeConnection, createConnection } from "./connection-commands";
import { kickOffInDialect } from "./kick-off-in-dialect";

// A server of each kind on this machine: what it says of itself, and which form it takes.

await freshDatabase();
let metadata: object | null;
let takes: (request: IncomingMessage) => string | null;
let asked: string[];
const server = createServer((request, response) => {
  const url = request.url ?? "";
  if (url === "/fhir/metadata") {
    asked.push("metadata");
    if (!metadata) return response.writeHead(404).end();
    return response.end(JSON.stringify({ resourceType: "CapabilityStatement", ...metadata }));
  }
  asked.push(`${request.method} ${url.replace("/fhir/$export", "")}`);
  const complaint = takes(request);
  if (complaint === null) return response.writeHead(202, { "content-location": "/s" }).end();
  response
    .writeHead(Number(complaint.slice(0, 3)), { "content-type": "application/fhir+json" })
    .end(
      JSON.stringify({
        resourceType: "OperationOutcome",
        issue: [{ severity: "error", code: "invalid", diagnostics: complaint.slice(4) }],
      }),
    );
});
let fhirBaseUrl: string;
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  fhirBaseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`;
});
afterAll(() => server.close());
beforeEach(() => {
  metadata = null;
  takes = () => null;
  asked = [];
});

const connect = async () =>
  (await createConnection({ auth: "none", fhir_base_url: fhirBaseUrl }, { label: "me" }))
    .connection_id;
const request = ExportRequest.parse({
  resource_types: ["Patient", "Condition"],
  type_filter: ["Condition?code=a", "Condition?code=b"],
});
const start = (connectionId: string) =>
  kickOffInDialect({
    connectionId,
    fhirBaseUrl,
    level: "system",
    groupId: null,
    request,
    token: null,
  });
const dialectOf = async (connectionId: string) => {
  const { dialect, dialect_source } = await getConnection(connectionId);
  return [dialect, dialect_source];
};
const mixed =
  "GET ?_type=Patient,Condition&_typeFilter=Condition%3Fcode%3Da&_typeFilter=Condition%3Fcode%3Db";
const comma = "GET ?_type=Patient,Condition&_typeFilter=Condition%3Fcode%3Da,Condition%3Fcode%3Db";
const repeat =
  "GET ?_type=Patient&_type=Condition&_typeFilter=Condition%3Fcode%3Da&_typeFilter=Condition%3Fcode%3Db";

test("a server that says nothing gets the published standard's form, and nothing is remembered", async () => {
  const id = await connect();
  await start(id);
  expect(asked).toEqual(["metadata", mixed]);
  expect(await dialectOf(id)).toEqual([null, null]);
});

test("what the CapabilityStatement says decides, is remembered, and is not asked again", async () => {
  metadata = { software: { name: "Cerner Millennium" } };
  const id = await connect();
  await start(id);
  await start(id);
  expect(asked).toEqual(["metadata", comma, comma]);
  expect(await dialectOf(id)).toEqual(["comma", "server"]);
});

test("a server of version 4 gets Parameters by POST at once", async () => {
  metadata = {
    instantiates: ["http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data|4.0.0-ballot"],
  };
  const id = await connect();
  await start(id);
  expect(asked).toEqual(["metadata", "POST "]);
  expect(await dialectOf(id)).toEqual(["post", "server"]);
});

test("a refused form is followed by the other one, once, and that is remembered", async () => {
  takes = ({ url }) => (url?.includes(",") ? "400 Unknown type Patient,Condition" : null);
  const id = await connect();
  await start(id);
  expect(asked).toEqual(["metadata", mixed, repeat]);
  expect(await dialectOf(id)).toEqual(["repeat", "refusal"]);
  asked = [];
  await start(id);
  expect(asked).toEqual([repeat]);
});

test("GET that is not allowed becomes POST", async () => {
  takes = ({ method }) => (method === "GET" ? "405 Use POST" : null);
  const id = await connect();
  await start(id);
  expect(asked.slice(1)).toEqual([mixed, "POST "]);
  expect(await dialectOf(id)).toEqual(["post", "refusal"]);
});

test("where both forms are refused the first refusal stands, and nothing is learnt", async () => {
  takes = ({ url }) => (url?.includes(",") ? "400 no commas please" : "400 something else");
  const id = await connect();
  await expect(start(id)).rejects.toMatchObject({
    code: "kickoff-refused",
    params: { reason: "no commas please" },
  });
  expect(asked.slice(1)).toEqual([mixed, repeat]);
  expect(await dialectOf(id)).toEqual([null, null]);
});

test("a refusal of the content is not asked again in another form", async () => {
  takes = () => '400 The requested resource type "Condition" is not available';
  const id = await connect();
  await expect(start(id)).rejects.toMatchObject({ code: "kickoff-refused" });
  expect(asked.slice(1)).toEqual([mixed]);
});

test("what a person chose stays, whatever the server says or refuses", async () => {
  metadata = { software: { name: "Cerner" } };
  takes = ({ url }) => (url?.includes(",") ? null : "400 _type must not be repeated");
  const id = await connect();
  await changeConnection(id, { dialect: "repeat" });
  await start(id);
  expect(asked).toEqual([repeat, comma]);
  expect(await dialectOf(id)).toEqual(["repeat", "person"]);
  await changeConnection(id, { dialect: "" });
  expect(await dialectOf(id)).toEqual([null, null]);
});
