import { expect, test } from "vitest";
import { callerAddress } from "./caller-address";

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["203.0.113.9, 192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["2001:db8::1", "2001:db8::1"],
  ["192.0.2.1, unknown", null],
  ["<b>192.0.2.1</b>", null],
  ["", null],
  [undefined, null],
])("of %j the caller is %j", (forwarded, address) => {
  expect(callerAddress(forwarded)).toBe(address);
});
