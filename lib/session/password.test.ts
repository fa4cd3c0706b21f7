import { expect, test } from "vitest";
import { hashPassword, verifyPassword } from "./password";

test("a password fits its own hash and no other does", async () => {
  const stored = await hashPassword("correct horse battery");
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(stored).not.toContain("horse");
  expect(await verifyPassword(stored, "correct horse battery")).toBe(true);
  expect(await verifyPassword(stored, "correct horse batterx")).toBe(false);
  expect(await verifyPassword(stored, "")).toBe(false);
});

test("the same password is stored differently each time", async () => {
  expect(await hashPassword("correct horse battery")).not.toBe(
    await hashPassword("correct horse battery"),
  );
});

test("no password fits where there is no account, not even the one that is hashed instead", async () => {
  expect(await verifyPassword(null, "an account that does not exist")).toBe(false);
  expect(await verifyPassword(null, "anything else")).toBe(false);
});
