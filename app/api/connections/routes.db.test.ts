import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  Capability,
  ConnectionList,
  ConnectionView,
  GroupList,
  RecognisedConfig,
  TestStep,
} from "@/lib/contract/connection";
import { createApiKey } from "@/lib/session/api-keys";
import { auditTrail } from "@/lib/store/audit";
import { freshDatabase } from "@/lib/store/fresh-database";
import { type Sandbox, startSandbox } from "@/sandbox/server";
import * as capability from "./[connectionId]/capability/route";
import * as groups from "./[connectionId]/groups/route";
import * as connection from "./[connectionId]/route";
import * as testing from "./[connectionId]/test/route";
import * as recognise from "./recognise/route";
import * as connections from "./route";

process.env.DATA_DIR = mkdtempSync(path.join(tmpdir(), "connection-routes-"));
await freshDatabase();

let sandbox: Sandbox;
const keys = { read: "", write: "" };
beforeAll(async () => {
  sandbox = await startSandbox({ scale: 0.05 });
  for (const scope of ["read", "write"] as const) {
    keys[scope] = (await createApiKey({ name: scope, scope, createdBy: null })).key;
  }
});
afterAll(() => sandbox.close());

type Handler = (
  request: Request,
  context: { params: Promise<Record<string, string>> },
) => Promise<Response>;

async function ask(handler: Handler, connectionId = "", body?: unknown, key = keys.write) {
  const init = {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${key}` },
    body: body === undefined ? undefined : JSON.stringify(body),
  };
  const params = Promise.resolve({ connectionId });
  const response = await handler(new Request("http://localhost:3000/api", init), { params });
  return { status: response.status, text: await response.text() };
}
const json = async (answer: ReturnType<typeof ask>) => JSON.parse((await answer).text);

test("a script recognises, makes, tests, reads, changes and removes a connection", async () => {
  const config = JSON.stringify(sandbox.config("ES384"));
  const secret = sandbox.config("ES384").jwks.keys[1]?.d as string;
  const told: string[] = [];
  const keep = async (answer: ReturnType<typeof ask>) => {
    told.push((await answer).text);
    return json(answer);
  };

  const recognised = RecognisedConfig.parse(await keep(ask(recognise.POST, "", { config })));
  expect(recognised.problems).toEqual([]);
  const posted = await ask(connections.POST, "", { config });
  expect(posted.status).toBe(201);
  told.push(posted.text);
  const { connection_id: id } = ConnectionView.parse(JSON.parse(posted.text));

  const tested = await ask(testing.POST, id, {});
  told.push(tested.text);
  const steps = tested.text
    .trim()
    .split("\n")
    .map((line) => TestStep.parse(JSON.parse(line)));
  expect(steps.map(({ result }) => result)).toEqual(Array(6).fill("ok"));

  const list = ConnectionList.parse(await keep(ask(connections.GET)));
  expect(list.connections[0]?.last_test?.ok).toBe(true);
  expect(GroupList.parse(await keep(ask(groups.GET, id))).groups).toHaveLength(8);
  const { resource_types } = Capability.parse(await keep(ask(capability.GET, id)));
  expect(resource_types).toContain("Observation");
  const changed = ConnectionView.parse(await keep(ask(connection.PATCH, id, { name: "New" })));
  expect([changed.name, changed.auth]).toEqual(["New", "smart"]);
  expect(await keep(ask(connection.DELETE, id))).toEqual({ removed: true });
  expect((await ask(connection.GET, id)).status).toBe(404);

  expect(told.join()).not.toContain(secret);
  const trail = await auditTrail({ page: 1, page_size: 10 });
  expect(trail.events.map(({ action }) => action)).toEqual([
    "connection.remove",
    "connection.change",
    "connection.test",
    "connection.create",
  ]);
  expect(JSON.stringify(trail)).not.toContain(secret);
});

test("a key that may only read changes nothing, and nobody asks without a key", async () => {
  const config = JSON.stringify(sandbox.config("RS384"));
  expect((await ask(connections.GET, "", undefined, keys.read)).status).toBe(200);
  expect((await ask(connections.POST, "", { config }, keys.read)).status).toBe(403);
  expect((await ask(connections.GET, "", undefined, "bh_unknown")).status).toBe(401);
});

test("what is wrong comes back with its code and the right status", async () => {
  const bad = await ask(connections.POST, "", { config: "<html>" });
  expect([bad.status, JSON.parse(bad.text).code]).toEqual([400, "config-not-json"]);
  const none = await ask(testing.POST, "not-an-id", {});
  expect([none.status, JSON.parse(none.text).code]).toEqual([400, "invalid-request"]);
  const gone = await ask(testing.POST, "00000000-0000-4000-8000-000000000000", {});
  expect([gone.status, JSON.parse(gone.text).code]).toEqual([404, "not-found"]);
});
