// The first step of every command (`npm run demo`, `npm start`, …). Works in a fresh clone: checks
// Node, installs, prepares, and only then loads what is written in TypeScript.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { ensureGenerated, ensureInstalled } from "./install.mjs";

const modes = [
  "demo",
  "start",
  "dev",
  "web",
  "worker",
  "sandbox",
  "build",
  "test",
  "bench",
  "distribute",
];
const root = path.resolve(
  import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname),
  "..",
);

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 9)) return;
  throw new Error(
    `Bulkhouse needs Node.js 20.9 or newer; this is ${process.versions.node} (${process.execPath}).`,
  );
}

/** What is set in the environment wins over .env. */
function loadDotEnv() {
  const file = path.join(root, ".env");
  if (!existsSync(file)) return;
  if (process.loadEnvFile) return process.loadEnvFile(file);
  for (const line of readFileSync(file, "utf8").split(/\r?\n/)) {
    const found = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^#]*))/.exec(
      line,
    );
    if (!found) continue;
    process.env[found[1]] ??= found[2] ?? found[3] ?? found[4].trim();
  }
}

async function run() {
  const [mode, ...args] = process.argv.slice(2);
  if (!modes.includes(mode)) throw new Error(`Usage: node start/run.mjs <${modes.join("|")}>`);
  checkNode();
  process.chdir(root);
  loadDotEnv();
  await ensureInstalled(root);
  await ensureGenerated(root);
  const { register } = await import("tsx/esm/api");
  register();
  const { default: main } = await import(`./${mode}.ts`);
  await main(args);
}

// Whoever reads our output may go away (a closed terminal, `| head`): that is no reason to fail.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

run().catch((error) => {
  // Sentences for people; the stack is for those who ask.
  const message = error instanceof Error ? error.message : String(error);
  console.error(`\n✗ ${message}`);
  if (process.env.LOG_LEVEL === "debug") console.error(error);
  process.exit(1);
});
