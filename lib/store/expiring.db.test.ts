import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { database } from "./client";
import { connectionsInNeed, expiryOf } from "./expiring";
import { freshDatabase } from "./fresh-database";

await freshDatabase();
const now = Date.UTC(2026, 0, 10);
const day = 86_400;
const jwt = (claims: object) =>
  ["{}", JSON.stringify(claims), "x"]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".");
const client = (daysFromNow: number) => jwt({ exp: now / 1000 + daysFromNow * day });

async function connection(name: string, clientId: string, lastTest: object | null = null) {
  await database().pool.query(
    `INSERT INTO connections (id, name, fhir_base_url, auth, client_id, last_test, updated_at)
     VALUES ($1, $2, 'https://fhir.example', 'smart', $3, $4, now())`,
    [randomUUID(), name, clientId, lastTest && JSON.stringify(lastTest)],
  );
}

test("a client id that is no token does not end", () => {
  expect(expiryOf("my-client")).toBeNull();
  expect(expiryOf("a.b.c")).toBeNull();
  expect(expiryOf(jwt({ sub: "x" }))).toBeNull();
});

test("who must be seen to: registrations that end within a week or have ended, tests that failed", async () => {
  await connection("A ends soon", client(3));
  await connection("B has ended", client(-1));
  await connection("C lasts", client(300));
  await connection("D failed", "plain", { ok: false, at: "2026-01-09T00:00:00.000Z", steps: [] });
  await connection("E works", "plain", { ok: true, at: "2026-01-09T00:00:00.000Z", steps: [] });
  expect(
    (await connectionsInNeed(now)).map(({ name, what, ended }) => [name, what, ended]),
  ).toEqual([
    ["A ends soon", "registration", false],
    ["B has ended", "registration", true],
    ["D failed", "test", true],
  ]);
});
