import { expect, test } from "vitest";
import { personName } from "./person-name";

test.each([
  [{ given_name: "Ada", family_name: "Lovelace" }, "Ada Lovelace"],
  [{ given_name: "勇", family_name: "马" }, "马勇"],
  [{ given_name: "美玲", family_name: "欧阳" }, "欧阳美玲"],
  [{ given_name: "Li", family_name: "马" }, "Li 马"],
  [{ given_name: null, family_name: "Chase" }, "Chase"],
  [{}, ""],
])("%o is called %s", (name, text) => {
  expect(personName(name)).toBe(text);
});
