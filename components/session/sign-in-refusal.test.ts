import { expect, test } from "vitest";
import { signInRefusal } from "./sign-in-refusal";

test("our own refusal comes with its code and values", () => {
  const error = JSON.stringify({ code: "too-many-attempts", params: { minutes: 15 } });
  expect(signInRefusal(error)).toEqual({ code: "too-many-attempts", params: { minutes: 15 } });
});

test("words that are not ours are no refusal of ours", () => {
  expect(signInRefusal("CredentialsSignin")).toBeUndefined();
  expect(signInRefusal("")).toBeUndefined();
  expect(signInRefusal('{"message":"x"}')).toBeUndefined();
});
