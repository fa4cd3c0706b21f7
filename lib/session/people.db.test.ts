import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import { actorOfHeader, createApiKey } from "./api-keys";
import { invite, openInvitation } from "./invitations";
import { changePerson, listPeople } from "./people";

await freshDatabase();

const ids = { ada: randomUUID(), bob: randomUUID(), vera: randomUUID() };

beforeEach(async () => {
  const { prisma } = database();
  await prisma.auditEvent.deleteMany();
  await prisma.apiKey.deleteMany();
  await prisma.invitation.deleteMany();
  await prisma.user.deleteMany();
  await prisma.user.createMany({
    data: (["ada", "bob", "vera"] as const).map((name) => ({
      id: ids[name],
      email: `${name}@example.org`,
      name,
      role: name === "vera" ? ("operator" as const) : ("admin" as const),
      passwordHash: "x",
    })),
  });
});

const by = "ada@example.org";
const refusal = (userId: string, change: Parameters<typeof changePerson>[1]) =>
  changePerson(userId, change, by).then(
    () => "changed",
    (error) => error.code,
  );

test("everybody is listed, without the password", async () => {
  const people = await listPeople();
  expect(people.map(({ name, role }) => `${name} ${role}`)).toEqual([
    "ada admin",
    "bob admin",
    "vera operator",
  ]);
  expect(JSON.stringify(people)).not.toMatch(/password/i);
});

test("a change of role is made and written down", async () => {
  expect(await changePerson(ids.vera, { role: "viewer" }, by)).toMatchObject({ role: "viewer" });
  const [event] = await database().prisma.auditEvent.findMany();
  expect(event).toMatchObject({
    actor: by,
    action: "person.change",
    target: ids.vera,
    details: { role: "viewer" },
  });
});

test("the last administrator is neither disabled nor made less", async () => {
  expect(await refusal(ids.bob, { disabled: true })).toBe("changed");
  expect(await refusal(ids.ada, { disabled: true })).toBe("last-administrator");
  expect(await refusal(ids.ada, { role: "operator" })).toBe("last-administrator");
  expect(await refusal(ids.ada, { role: "admin" })).toBe("changed");
  // A disabled administrator does not count, but may be made less.
  expect(await refusal(ids.bob, { role: "viewer" })).toBe("changed");
});

test("of two administrators who remove each other at the same instant one stays", async () => {
  for (let round = 0; round < 5; round++) {
    await database().prisma.user.updateMany({
      where: { id: { in: [ids.ada, ids.bob] } },
      data: { role: "admin", disabledAt: null },
    });
    const results = await Promise.all([
      refusal(ids.ada, { role: "viewer" }),
      refusal(ids.bob, { disabled: true }),
    ]);
    expect(results.sort()).toEqual(["changed", "last-administrator"]);
  }
});

test("with the account its keys and unused links end", async () => {
  const bobs = await createApiKey({ name: "k", scope: "read", createdBy: "bob@example.org" });
  const adas = await createApiKey({ name: "k", scope: "read", createdBy: "ada@example.org" });
  const { token } = await invite({ role: "admin", createdBy: "bob@example.org", hours: 1 });
  await changePerson(ids.bob, { disabled: true }, by);
  await expect(actorOfHeader(`Bearer ${bobs.key}`)).rejects.toMatchObject({
    code: "api-key-refused",
  });
  expect(await actorOfHeader(`Bearer ${adas.key}`)).not.toBeNull();
  expect(await openInvitation(token)).toBeNull();
});

test("who becomes a viewer keeps the keys that read and loses those that write", async () => {
  const read = await createApiKey({ name: "r", scope: "read", createdBy: "vera@example.org" });
  const write = await createApiKey({ name: "w", scope: "write", createdBy: "vera@example.org" });
  await changePerson(ids.vera, { role: "viewer" }, by);
  expect(await actorOfHeader(`Bearer ${read.key}`)).not.toBeNull();
  await expect(actorOfHeader(`Bearer ${write.key}`)).rejects.toThrow();
});

test("an account comes back when it is enabled, and somebody unknown is not found", async () => {
  await changePerson(ids.vera, { disabled: true }, by);
  expect(await changePerson(ids.vera, { disabled: false }, by)).toMatchObject({
    disabled: false,
    role: "operator",
  });
  expect(await refusal(randomUUID(), { disabled: true })).toBe("not-found");
});
