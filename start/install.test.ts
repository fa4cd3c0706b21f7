import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { installDecision, runQuietly } from "./install.mjs";

const packages = {
  "": { version: "0.1.0" },
  "node_modules/a": { version: "1.0.0" },
  "node_modules/b-linux": { version: "2.0.0", optional: true },
  "node_modules/t": { version: "3.0.0", dev: true },
};
const lock = JSON.stringify({ packages });
const marker = `${createHash("sha256").update(lock).digest("hex")}\n`;
const installedBy = (names: string[]) =>
  JSON.stringify({
    packages: Object.fromEntries(Object.entries(packages).filter(([name]) => names.includes(name))),
  });
const all = installedBy(["node_modules/a", "node_modules/t"]);

test("a fresh clone is installed", () => {
  expect(installDecision({ lock, marker: null, installed: null, complete: false })).toBe("install");
});

test("what our last installation finished is not installed again", () => {
  expect(installDecision({ lock, marker, installed: all, complete: true })).toBe("ready");
});

test("what somebody installed by hand is taken as it is, other platforms' packages apart", () => {
  expect(installDecision({ lock, marker: null, installed: all, complete: true })).toBe("adopt");
});

test("a changed lockfile is installed", () => {
  const changed = lock.replace("1.0.0", "1.0.1");
  expect(installDecision({ lock: changed, marker, installed: all, complete: true })).toBe(
    "install",
  );
});

test("an installation that was broken off is done again", () => {
  // npm's own record is the last thing that it writes.
  expect(installDecision({ lock, marker: null, installed: null, complete: true })).toBe("install");
  expect(installDecision({ lock, marker: null, installed: '{"pack', complete: true })).toBe(
    "install",
  );
  expect(installDecision({ lock, marker, installed: all, complete: false })).toBe("install");
});

test("a container does without the development packages", () => {
  const installed = installedBy(["node_modules/a"]);
  const facts = { lock, marker: null, installed, complete: true };
  expect(installDecision(facts)).toBe("install");
  expect(installDecision({ ...facts, production: true })).toBe("adopt");
});

test("a command that fails is told with its output", async () => {
  const failing = runQuietly("Trying …", process.execPath, [
    "-e",
    "console.log('why'); process.exit(3)",
  ]);
  await expect(failing).rejects.toThrow("why");
});
