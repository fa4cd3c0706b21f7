import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { encode, type JWT } from "next-auth/jwt";
import { beforeEach, expect, test, vi } from "vitest";
import { secrets } from "@/lib/settings/secrets";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import { authOptions } from "./auth-options";
import { currentPerson } from "./current-person";
import { acceptInvitation, inviteAgain } from "./invitations";
import { hashPassword } from "./password";

process.env.DATA_DIR = mkdtempSync(path.join(tmpdir(), "current-person-"));
await freshDatabase();

let cookieName = "next-auth.session-token";
/** As next-auth sets it: sealed, in two parts where it is long. */
vi.mock("next/headers", () => ({
  cookies: async () => ({
    getAll: () => {
      const cut = cookieName.endsWith(".") ? 40 : sealed.length;
      const parts = cut < sealed.length ? [sealed.slice(0, cut), sealed.slice(cut)] : [sealed];
      return parts.map((value, no) => ({
        name: parts.length > 1 ? `${cookieName}${no}` : cookieName,
        value,
      }));
    },
  }),
}));
let sealed = "";
const seal = async (token: JWT | null, secret = secrets().sessionSecret) => {
  sealed = token ? await encode({ token, secret, maxAge: 60 }) : "";
};

let userId: string;
let whole: JWT | null = null;
beforeEach(async () => {
  const { prisma } = database();
  await prisma.user.deleteMany();
  userId = randomUUID();
  const passwordHash = await hashPassword("correct horse battery");
  await prisma.user.create({
    data: { id: userId, email: "ada@example.org", name: "Ada", role: "viewer", passwordHash },
  });
  whole =
    (await authOptions().callbacks?.jwt?.({ token: {}, user: { id: userId } } as never)) ?? null;
  cookieName = "next-auth.session-token";
  await seal(whole);
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

test("the cookie is found under its name over HTTPS, and in parts", async () => {
  cookieName = "__Secure-next-auth.session-token";
  expect(await currentPerson()).toMatchObject({ userId });
  cookieName = "__Secure-next-auth.session-token.";
  expect(await currentPerson()).toMatchObject({ userId });
});

test("nobody is signed in without a session, with one of another secret, a disabled account, or a session of before", async () => {
  await seal(null);
  expect(await currentPerson()).toBeNull();
  await seal(whole, "another secret");
  expect(await currentPerson()).toBeNull();
  await seal({ userId });
  expect(await currentPerson()).toBeNull();
  await seal(whole);
  await database().prisma.user.update({ where: { id: userId }, data: { disabledAt: new Date() } });
  expect(await currentPerson()).toBeNull();
});

test("a session that has been opened before ends when its time is over", async () => {
  expect(await currentPerson()).not.toBeNull();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 120_000 });
  try {
    expect(await currentPerson()).toBeNull();
  } finally {
    vi.useRealTimers();
  }
});
