import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { runQuietly } from "./install.mjs";
import { say } from "./say";

const inputs = [
  "app",
  "components",
  "lib",
  "messages",
  "prisma/schema.prisma",
  "package-lock.json",
  "next.config.js",
  "tsconfig.json",
];
const marker = path.join(".next", ".built-from");

/** A hash over everything that the build reads of ours; tests are no part of it. */
export function hashOfInputs(root = "."): string {
  const files = inputs.flatMap((input) => {
    const full = path.join(root, input);
    if (!existsSync(full)) return [];
    if (path.extname(input)) return [input];
    return readdirSync(full, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
      .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)));
  });
  const hash = createHash("sha256");
  for (const file of files.sort()) {
    hash.update(`${file.split(path.sep).join("/")}\0`);
    hash.update(readFileSync(path.join(root, file)));
  }
  return hash.digest("hex");
}

/**
 * `next build`, where anything that it reads has changed since the last one that succeeded.
 * @param force build in any case
 * @throws Error with the build's output
 */
export async function ensureBuilt({ force = false } = {}): Promise<void> {
  const hash = hashOfInputs();
  const built = existsSync(marker) && existsSync(path.join(".next", "BUILD_ID"));
  if (!force && built && readFileSync(marker, "utf8").trim() === hash) return;
  rmSync(marker, { force: true });
  try {
    await runQuietly(
      "Building the web application (about half a minute) …",
      process.execPath,
      [path.resolve("node_modules/next/dist/bin/next"), "build"],
      { env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" } },
    );
  } catch (error) {
    throw new Error(`The web application could not be built:\n\n${(error as Error).message}`);
  }
  writeFileSync(marker, `${hash}\n`);
}

export default async function build(args: string[]): Promise<void> {
  await ensureBuilt({ force: args.includes("--force") });
  say.done("built");
}
