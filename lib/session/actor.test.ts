import { expect, test } from "vitest";
import { type Access, may } from "./actor";

test("each role may what the one below it may, and its own", () => {
  const access: Exclude<Access, "public">[] = ["read", "write", "admin"];
  const allowed = (role: "viewer" | "operator" | "admin") =>
    access.filter((wanted) => may({ role }, wanted));
  expect(allowed("viewer")).toEqual(["read"]);
  expect(allowed("operator")).toEqual(["read", "write"]);
  expect(allowed("admin")).toEqual(["read", "write", "admin"]);
});
