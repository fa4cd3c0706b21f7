import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { seal, unseal } from "./secret-box";

const key = randomBytes(32);

test("what is sealed comes back, and looks different each time", () => {
  const text = '{"kty":"EC","d":"é秘密"}';
  const [one, two] = [seal(text, key), seal(text, key)];
  expect(one).not.toBe(two);
  expect(one).not.toContain("kty");
  expect([unseal(one, key), unseal(two, key)]).toEqual([text, text]);
});

test("another key, a changed character or another format is told as such", () => {
  const sealed = seal("secret", key);
  const changed = `${sealed.slice(0, -2)}${sealed.at(-2) === "A" ? "B" : "A"}${sealed.at(-1)}`;
  for (const bad of [changed, "secret", "v2.AAAA", "v1.", `${sealed}.x`, ""]) {
    expect(() => unseal(bad, key)).toThrow(/ENCRYPTION_KEY/);
  }
  expect(() => unseal(sealed, randomBytes(32))).toThrow(/ENCRYPTION_KEY/);
});
