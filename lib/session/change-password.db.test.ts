import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import type { Actor } from "./actor";
import { changePassword } from "./change-password";
import { inviteAgain, openInvitation } from "./invitations";
import { hashPassword } from "./password";
import { signIn } from "./sign-in";

await freshDatabase();

const userId = randomUUID();
const email = "ada@example.org";
const ada: Actor = { kind: "person", label: email, userId, role: "viewer" };
const old = "the words that were";
const fresh = "the words to come";

beforeEach(async () => {
  const { prisma } = database();
  await prisma.auditEvent.deleteMany();
  await prisma.invitation.deleteMany();
  await prisma.user.deleteMany();
  const passwordHash = await hashPassword(old);
  await prisma.user.create({
    data: { id: userId, email, name: "Ada", role: "viewer", passwordHash },
  });
});

const outcome = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error) => error.code,
  );
const change = (current_password: string, password = fresh, actor = ada) =>
  outcome(changePassword(actor, { current_password, password }));

test("who knows the old password gets the new one: the old one and links for another end, and it is written down", async () => {
  const { token } = await inviteAgain(userId, { createdBy: email, hours: 1 });
  expect(await change(old)).toBe("done");
  expect(await outcome(signIn({ email, password: old }))).toBe("sign-in-refused");
  expect(await outcome(signIn({ email, password: fresh }))).toBe("done");
  expect(await openInvitation(token)).toBeNull();
  const events = await database().prisma.auditEvent.findMany({
    where: { action: "person.password" },
  });
  expect(events).toMatchObject([{ actor: email, target: userId }]);
  expect(JSON.stringify(events.map(({ details }) => details))).not.toMatch(/words/);
});

test("a session alone, a key and the same password once more change nothing", async () => {
  expect(await change("a guess of mine")).toBe("password-wrong");
  expect(await change(old, old)).toBe("password-same");
  expect(await change(old, fresh, { ...ada, kind: "key" })).toBe("forbidden");
  expect(await outcome(signIn({ email, password: old }))).toBe("done");
});

test("guesses count with those of the sign-in: after ten nothing is tried any more", async () => {
  for (let guess = 0; guess < 10; guess += 1) await change(`guess number ${guess}`);
  expect(await change(old)).toBe("too-many-attempts");
  expect(await outcome(signIn({ email, password: old }))).toBe("too-many-attempts");
});
