import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { secretsOf } from "./secrets";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "bulkhouse-secrets-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

test("secrets are made once, readable for their owner alone, and stay", () => {
  const DATA_DIR = path.join(folder, "not", "there", "yet");
  const first = secretsOf({ DATA_DIR });
  const file = path.join(DATA_DIR, "secrets.json");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(DATA_DIR)).toEqual(["secrets.json"]);
  expect(first.encryptionKey).toHaveLength(32);
  expect(first.sessionSecret.length).toBeGreaterThanOrEqual(32);
  expect(secretsOf({ DATA_DIR })).toEqual(first);
});

test("two installations have nothing in common", () => {
  const one = secretsOf({ DATA_DIR: path.join(folder, "one") });
  const two = secretsOf({ DATA_DIR: path.join(folder, "two") });
  expect(one.encryptionKey).not.toEqual(two.encryptionKey);
  expect(one.sessionSecret).not.toBe(two.sessionSecret);
  expect(one.databasePassword).not.toBe(two.databasePassword);
});

test("processes that start together agree", async () => {
  const script = `import("./lib/settings/secrets.ts").then((m) => {
    const s = (m.secretsOf ?? m.default.secretsOf)({ DATA_DIR: process.argv[1] });
    console.log(s.sessionSecret, s.encryptionKey.toString("hex"));
  })`;
  const root = path.resolve(import.meta.dirname, "../..");
  const run = () =>
    promisify(execFile)(process.execPath, ["--import", "tsx", "-e", script, folder], { cwd: root });
  const outputs = (await Promise.all([run(), run(), run()])).map(({ stdout }) => stdout.trim());
  expect(outputs[0]).toMatch(/^\S{32,} [0-9a-f]{64}$/);
  expect(new Set(outputs).size).toBe(1);
  expect(readdirSync(folder)).toEqual(["secrets.json"]);
});

test("what the environment sets wins and is not written down", () => {
  const kept = secretsOf({ DATA_DIR: folder });
  const set = secretsOf({
    DATA_DIR: folder,
    ENCRYPTION_KEY: "an encryption key of ours",
    NEXTAUTH_SECRET: "a session secret of ours",
  });
  expect(set.sessionSecret).toBe("a session secret of ours");
  expect(set.encryptionKey).toHaveLength(32);
  expect(set.encryptionKey).not.toEqual(kept.encryptionKey);
  expect(set.databasePassword).toBe(kept.databasePassword);
  expect(readFileSync(path.join(folder, "secrets.json"), "utf8")).not.toContain("of ours");
});

test("a damaged file is never replaced: what it encrypted would be lost", () => {
  const file = path.join(folder, "secrets.json");
  writeFileSync(file, "{ half a file");
  expect(() => secretsOf({ DATA_DIR: folder })).toThrow(/Restore it from a backup/);
  expect(readFileSync(file, "utf8")).toBe("{ half a file");
});
