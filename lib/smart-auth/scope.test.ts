import { expect, test } from "vitest";
import { chooseScope } from "./scope";

test.each([
  ["both dialects", ["system/*.read", "system/*.rs"], [], "system/*.rs"],
  ["version 2 with more rights", ["system/*.cruds"], [], "system/*.rs"],
  ["version 1", ["openid", "system/*.read"], ["permission-v2"], "system/*.read"],
  ["version 1 with more rights", ["system/*.*"], [], "system/*.read"],
  [
    "types only, version 2",
    ["system/Patient.rs", "system/Group.rs", "patient/Patient.rs"],
    [],
    "system/Patient.rs system/Group.rs",
  ],
  ["types only, version 1", ["system/Patient.read"], [], "system/Patient.read"],
  ["nothing but permission-v2", [], ["permission-v2", "permission-v1"], "system/*.rs"],
  ["nothing at all", [], [], "system/*.read"],
])(
  "a server that lists %s is asked in its dialect",
  (_what, scopesSupported, capabilities, scope) => {
    expect(chooseScope({ scopesSupported, capabilities })).toBe(scope);
  },
);

test("what the person set wins, tidied", () => {
  const explicit = "  system/Patient.rs\n system/Group.rs ";
  expect(chooseScope({ explicit, scopesSupported: ["system/*.rs"], capabilities: [] })).toBe(
    "system/Patient.rs system/Group.rs",
  );
});
