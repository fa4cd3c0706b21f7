import { beforeEach, expect, test } from "vitest";
import { database } from "@/lib/store/client";
import { freshDatabase } from "@/lib/store/fresh-database";
import { actorOfHeader } from "./api-keys";
import { firstStart } from "./first-start";
import { acceptInvitation, invite, openInvitation } from "./invitations";
import { anyoneKnown, changePerson } from "./people";
import { signIn } from "./sign-in";

await freshDatabase();

beforeEach(async () => {
  const { prisma } = database();
  await prisma.invitation.deleteMany();
  await prisma.user.deleteMany();
});

const password = "correct horse battery";
const settings = { ADMIN_EMAIL: "Root@Example.org", ADMIN_PASSWORD: password };
const accept = (token: string, email = "ada@example.org") =>
  acceptInvitation({ token, email, name: "Ada", password });

test("without settings a link makes the first administrator, and then no more is made", async () => {
  expect(await anyoneKnown()).toBe(false);
  const { token } = await firstStart({});
  expect(await openInvitation(token ?? "")).toEqual({
    role: "admin",
    email: null,
    name: null,
  });
  await accept(token ?? "");
  expect(await anyoneKnown()).toBe(true);
  expect(await firstStart({})).toEqual({ token: null });
});

test("a restart replaces the link; invitations of people stay", async () => {
  const first = await firstStart({});
  const people = await invite({ role: "admin", createdBy: "ada@example.org", hours: 1 });
  const second = await firstStart({});
  expect(second.token).not.toBe(first.token);
  await expect(accept(first.token ?? "")).rejects.toMatchObject({ code: "invitation-invalid" });
  expect(await openInvitation(second.token ?? "")).not.toBeNull();
  expect(await openInvitation(people.token)).not.toBeNull();
});

test("the settings make the administrator, and a link printed before ends", async () => {
  const printed = await firstStart({});
  expect(await firstStart(settings)).toEqual({ token: null });
  expect(await signIn({ email: "root@example.org", password })).toMatchObject({ name: "root" });
  expect(await openInvitation(printed.token ?? "")).toBeNull();
});

test("while there is an administrator the settings change nobody", async () => {
  const { token } = await firstStart({});
  await accept(token ?? "");
  await firstStart({ ADMIN_EMAIL: "ada@example.org", ADMIN_PASSWORD: "quite another one" });
  await expect(
    signIn({ email: "ada@example.org", password: "quite another one" }),
  ).rejects.toMatchObject({ code: "sign-in-refused" });
  await firstStart(settings);
  expect(await database().prisma.user.count()).toBe(1);
});

test("the settings bring back a person whose account exists, with the password it has", async () => {
  const { token } = await invite({ role: "viewer", createdBy: "system", hours: 1 });
  await accept(token, "root@example.org");
  const user = await database().prisma.user.findFirstOrThrow();
  await changePerson(user.id, { disabled: true }, "system");
  await firstStart({ ...settings, ADMIN_PASSWORD: "quite another one" });
  expect(await database().prisma.user.findFirstOrThrow()).toMatchObject({
    role: "admin",
    disabledAt: null,
  });
  expect(await signIn({ email: "root@example.org", password })).toBeTruthy();
});

test("a short ADMIN_PASSWORD is refused by name", async () => {
  await expect(firstStart({ ...settings, ADMIN_PASSWORD: "short" })).rejects.toThrow(
    /ADMIN_PASSWORD/,
  );
  expect(await anyoneKnown()).toBe(false);
});

test("ETL_API_KEY is valid after the start", async () => {
  await firstStart({ ETL_API_KEY: "key-of-the-settings-1" });
  expect(await actorOfHeader("Bearer key-of-the-settings-1")).toMatchObject({ role: "operator" });
});
