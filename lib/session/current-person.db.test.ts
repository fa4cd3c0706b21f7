import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { NextAuthOptions } from "next-auth";
import type { JWT } from "next-auth/jwt";
import { beforeEach, expect, test, vi } from "vitest";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import { authOptions } from "./auth-options";
import { currentPerson } from "./current-person";
import { acceptInvitation, inviteAgain } from "./invitations";
import { hashPassword } from "./password";

process.env.DATA_DIR = mkdtempSync(path.join(tmpdir(), "current-person-"));
await freshDatabase();

let cookie: JWT | null = null;
vi.mock("next-auth", () => ({
  getServerSession: async (options: NextAuthOptions) =>
    cookie && options.callbacks?.session?.({ session: {}, token: cookie } as never),
}));

let userId: string;
beforeEach(async () => {
  const { prisma } = database();
  await prisma.user.deleteMany();
  userId = randomUUID();
  const passwordHash = await hashPassword("correct horse battery");
  await prisma.user.create({
    data: { id: userId, email: "ada@example.org", name: "Ada", role: "viewer", passwordHash },
  });
  cookie =
    (await authOptions().callbacks?.jwt?.({ token: {}, user: { id: userId } } as never)) ?? null;
});

test("a session is its person's, with the role of now", async () => {
  await database().prisma.user.update({ where: { id: userId }, data: { role: "admin" } });
  expect(await currentPerson()).toEqual({
    userId,
    email: "ada@example.org",
    name: "Ada",
    role: "admin",
  });
});

test("a new password ends the sessions that the old one opened", async () => {
  const { token } = await inviteAgain(userId, { createdBy: "root@example.org", hours: 1 });
  const person = { token, email: "ada@example.org", name: "Ada", password: "another horse" };
  await acceptInvitation(person);
  expect(await currentPerson()).toBeNull();
});

test("nobody is signed in without a session, with a disabled account, or a session of before", async () => {
  const whole = cookie;
  cookie = null;
  expect(await currentPerson()).toBeNull();
  cookie = { userId };
  expect(await currentPerson()).toBeNull();
  cookie = whole;
  await database().prisma.user.update({ where: { id: userId }, data: { disabledAt: new Date() } });
  expect(await currentPerson()).toBeNull();
});
