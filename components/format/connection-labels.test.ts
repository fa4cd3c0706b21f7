import { expect, test } from "vitest";
import { connectionLabels } from "./connection-labels";

const one = (end: string, name: string, client_id: string | null) => ({
  connection_id: `00000000-0000-4000-8000-0000${end}`,
  name,
  client_id,
});

test("A connection whose name is its own is called by it", () => {
  const labels = connectionLabels([
    one("aaaaaaaa", "north", "client"),
    one("bbbbbbbb", "south", "client"),
  ]);
  expect([...labels.values()]).toEqual(["north", "south"]);
});

test("Connections of one name are told apart by client id, or by their own id", () => {
  const labels = connectionLabels([
    one("aaaaaaaa", "host", "first"),
    one("bbbbbbbb", "host", "second"),
    one("cccccccc", "host", "second"),
    one("dddddddd", "host", null),
  ]);
  expect([...labels.values()]).toEqual([
    "host · first",
    "host · …bbbbbbbb",
    "host · …cccccccc",
    "host · …dddddddd",
  ]);
});
