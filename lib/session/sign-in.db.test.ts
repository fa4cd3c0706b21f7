import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import { hashPassword } from "./password";
import { signIn } from "./sign-in";

await freshDatabase();

const password = "correct horse battery";

beforeEach(async () => {
  const { prisma } = database();
  await prisma.auditEvent.deleteMany();
  await prisma.user.deleteMany();
  const passwordHash = await hashPassword(password);
  await prisma.user.createMany({
    data: [
      { id: randomUUID(), email: "ada@example.org", name: "Ada", role: "viewer", passwordHash },
      {
        id: randomUUID(),
        email: "gone@example.org",
        name: "Gone",
        role: "admin",
        passwordHash,
        disabledAt: new Date(),
      },
    ],
  });
});

const refusal = (email: string, attempt: string, ip?: string) =>
  signIn({ email, password: attempt, ip }).then(
    () => "signed in",
    (error) => ({ code: error.code, message: error.message, params: error.params }),
  );

test("the right password signs in, however the address is written", async () => {
  const person = await signIn({ email: "  ADA@Example.org ", password, ip: "192.0.2.1" });
  expect(person).toMatchObject({ email: "ada@example.org", name: "Ada" });
  expect(Object.keys(person).sort()).toEqual(["email", "name", "userId"]);
  const { prisma } = database();
  const user = await prisma.user.findUniqueOrThrow({ where: { id: person.userId } });
  expect(user.lastSignInAt).not.toBeNull();
  expect(
    await prisma.auditEvent.findMany({ select: { action: true, actor: true, ip: true } }),
  ).toEqual([{ action: "sign-in.succeeded", actor: "ada@example.org", ip: "192.0.2.1" }]);
});

test("wrong password, unknown address and disabled account are refused in the same words", async () => {
  const wrong = await refusal("ada@example.org", "wrong");
  expect(wrong).toMatchObject({ code: "sign-in-refused", params: {} });
  expect(await refusal("nobody@example.org", password)).toEqual(wrong);
  expect(await refusal("gone@example.org", password)).toEqual(wrong);
  expect(await refusal("", "")).toEqual(wrong);
  expect(await database().prisma.auditEvent.count({ where: { action: "sign-in.failed" } })).toBe(4);
});

test("what was typed as a password is kept nowhere", async () => {
  await refusal("ada@example.org", "a secret that was nearly right");
  const rows = await database().prisma.auditEvent.findMany();
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows, (_k, v) => (typeof v === "bigint" ? Number(v) : v))).not.toContain(
    "nearly right",
  );
});

test("after ten failures the right password is refused too, for this address alone", async () => {
  for (let n = 0; n < 10; n++) await refusal("gone@example.org", "wrong");
  expect(await refusal("gone@example.org", "wrong")).toMatchObject({
    code: "too-many-attempts",
    params: { minutes: 15 },
  });
  for (let n = 0; n < 10; n++) await refusal("ada@example.org", "wrong");
  expect(await refusal("ada@example.org", password)).toMatchObject({ code: "too-many-attempts" });
  expect(await refusal("nobody@example.org", password)).toMatchObject({ code: "sign-in-refused" });
});

test("forty attempts at the same instant are counted like forty in a row", async () => {
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => refusal("ada@example.org", "wrong")),
  );
  const codes = answers.map((answer) => (typeof answer === "string" ? answer : answer.code));
  expect(codes.filter((code) => code === "sign-in-refused")).toHaveLength(10);
  expect(codes.filter((code) => code === "too-many-attempts")).toHaveLength(30);
});

test("failures older than the window count no more", async () => {
  for (let n = 0; n < 10; n++) await refusal("ada@example.org", "wrong");
  await database().prisma.auditEvent.updateMany({
    data: { at: new Date(Date.now() - 16 * 60_000) },
  });
  expect(await refusal("ada@example.org", password)).toBe("signed in");
});

test("who tries one address after another is refused after a hundred failures, others are not", async () => {
  const from = "192.0.2.7";
  await database().prisma.auditEvent.createMany({
    data: Array.from({ length: 97 }, (_, n) => ({
      actor: "system",
      action: "sign-in.failed",
      target: `p${n}@example.org`,
      ip: from,
    })),
  });
  // All at once: none of them may be checked before the one before it is counted.
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, n) => refusal(`q${n}@example.org`, "wrong", from)),
  );
  const codes = answers.map((answer) => (typeof answer === "string" ? answer : answer.code));
  expect(codes.filter((code) => code === "sign-in-refused")).toHaveLength(3);
  expect(codes.filter((code) => code === "too-many-attempts")).toHaveLength(5);
  expect(await refusal("ada@example.org", password, from)).toMatchObject({
    code: "too-many-attempts",
  });
  expect(await refusal("ada@example.org", password, "192.0.2.8")).toBe("signed in");
  expect(await refusal("ada@example.org", password)).toBe("signed in");
});

test("an address that no text of the database can be is refused as any other", async () => {
  expect(await refusal("a\u0000da@example.org", "wrong")).toMatchObject({
    code: "sign-in-refused",
  });
});
