import { beforeEach, expect, test } from "vitest";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import { acceptInvitation, invite, inviteAgain, openInvitation } from "./invitations";
import { signIn } from "./sign-in";

await freshDatabase();

beforeEach(async () => {
  const { prisma } = database();
  await prisma.invitation.deleteMany();
  await prisma.user.deleteMany();
});

const password = "correct horse battery";
const body = (token: string, email = "ada@example.org") => ({
  token,
  email,
  name: "Ada",
  password,
});
const by = { createdBy: "admin@example.org", hours: 1 };

test("a link makes one account with its role, and is used up", async () => {
  const { token, expiresAt } = await invite({ role: "operator", ...by });
  expect(expiresAt.getTime()).toBeGreaterThan(Date.now());
  expect(await openInvitation(token)).toEqual({
    role: "operator",
    email: null,
    name: null,
  });
  expect(await acceptInvitation(body(token, "Ada@Example.org"))).toEqual({
    email: "ada@example.org",
  });
  const user = await database().prisma.user.findUniqueOrThrow({
    where: { email: "ada@example.org" },
  });
  expect(user.role).toBe("operator");
  expect(await signIn({ email: "ada@example.org", password })).toMatchObject({ name: "Ada" });
  expect(await openInvitation(token)).toBeNull();
  await expect(acceptInvitation(body(token, "eve@example.org"))).rejects.toMatchObject({
    code: "invitation-invalid",
  });
  expect(await database().prisma.user.count()).toBe(1);
});

test("only the hash of a link is stored", async () => {
  const { token } = await invite({ role: "viewer", ...by });
  const { rows } = await database().pool.query("SELECT * FROM invitations");
  expect(JSON.stringify(rows)).not.toContain(token);
  expect(rows[0].token_hash).toMatch(/^[0-9a-f]{64}$/);
});

test("of several who use one link at the same instant one gets the account", async () => {
  const { token } = await invite({ role: "viewer", ...by });
  const results = await Promise.allSettled(
    [1, 2, 3, 4, 5].map((n) => acceptInvitation(body(token, `person${n}@example.org`))),
  );
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const result of results) {
    if (result.status === "rejected") expect(result.reason.code).toBe("invitation-invalid");
  }
  expect(await database().prisma.user.count()).toBe(1);
});

test("two links for one address at the same instant make one account", async () => {
  const links = await Promise.all([
    invite({ role: "viewer", email: "ada@example.org", ...by }),
    invite({ role: "admin", email: "ada@example.org", ...by }),
  ]);
  const results = await Promise.allSettled(links.map(({ token }) => acceptInvitation(body(token))));
  const refused = results.filter((result) => result.status === "rejected");
  expect(refused).toHaveLength(1);
  expect(refused[0]?.reason.code).toBe("email-taken");
});

test("an expired link and one that never was open nothing", async () => {
  const { token } = await invite({ role: "admin", createdBy: "admin@example.org", hours: -1 });
  for (const invalid of [token, "x".repeat(32)]) {
    expect(await openInvitation(invalid)).toBeNull();
    await expect(acceptInvitation(body(invalid))).rejects.toMatchObject({
      code: "invitation-invalid",
    });
  }
  expect(await database().prisma.user.count()).toBe(0);
});

test("a link that names an address makes an account for that address and no other", async () => {
  const { token } = await invite({ role: "viewer", email: "Vera@Example.org", ...by });
  expect(await openInvitation(token)).toEqual({
    role: "viewer",
    email: "vera@example.org",
    name: null,
  });
  expect(await acceptInvitation(body(token, "mallory@example.org"))).toEqual({
    email: "vera@example.org",
  });
});

test("nobody is invited twice, and a link does not overwrite an account", async () => {
  const free = await invite({ role: "admin", ...by });
  const { token } = await invite({ role: "viewer", ...by });
  await acceptInvitation(body(token));
  await expect(invite({ role: "admin", email: "ADA@example.org", ...by })).rejects.toMatchObject({
    code: "email-taken",
  });
  await expect(
    acceptInvitation({ ...body(free.token), password: "another password" }),
  ).rejects.toMatchObject({ code: "email-taken" });
  // The link is not used up by the failure.
  expect(await openInvitation(free.token)).not.toBeNull();
  await expect(
    signIn({ email: "ada@example.org", password: "another password" }),
  ).rejects.toThrow();
});

test("who has forgotten the password gets a new one by a link, and stays who they are", async () => {
  await acceptInvitation(body((await invite({ role: "operator", ...by })).token));
  const { prisma } = database();
  const before = await prisma.user.findFirstOrThrow();
  const first = await inviteAgain(before.id, by);
  const second = await inviteAgain(before.id, by);
  expect(await openInvitation(first.token)).toEqual({
    role: "operator",
    email: "ada@example.org",
    name: "Ada",
  });
  const renewed = {
    ...body(first.token, "mallory@example.org"),
    name: "M",
    password: "a new one, longer",
  };
  expect(await acceptInvitation(renewed)).toEqual({ email: "ada@example.org" });
  expect(await prisma.user.findMany()).toEqual([before]);
  await expect(signIn({ email: "ada@example.org", password })).rejects.toThrow();
  expect(await signIn({ email: "ada@example.org", password: "a new one, longer" })).toBeTruthy();
  for (const { token } of [first, second]) {
    await expect(acceptInvitation(body(token))).rejects.toMatchObject({
      code: "invitation-invalid",
    });
  }
});

test("a link that was to make an account never renews the one another link has made", async () => {
  const [one, two] = [
    await invite({ role: "viewer", email: "ada@example.org", ...by }),
    await invite({ role: "admin", email: "ada@example.org", ...by }),
  ];
  await acceptInvitation(body(one.token));
  await expect(
    acceptInvitation({ ...body(two.token), password: "somebody else's" }),
  ).rejects.toMatchObject({ code: "email-taken" });
  expect(await signIn({ email: "ada@example.org", password })).toBeTruthy();
});

test("a disabled account gets no new password", async () => {
  await acceptInvitation(body((await invite({ role: "viewer", ...by })).token));
  const { prisma } = database();
  const { id } = await prisma.user.findFirstOrThrow();
  const { token } = await inviteAgain(id, by);
  await prisma.user.update({ where: { id }, data: { disabledAt: new Date() } });
  expect(await openInvitation(token)).toBeNull();
  await expect(acceptInvitation(body(token))).rejects.toMatchObject({ code: "invitation-invalid" });
  await expect(inviteAgain(id, by)).rejects.toMatchObject({ code: "not-found" });
});
