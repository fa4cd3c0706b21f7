// Part of the first step: runs before anything is installed, so nothing but Node itself is imported.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const readText = (file) => (existsSync(file) ? readFileSync(file, "utf8") : null);
const hashOf = (text) => createHash("sha256").update(text).digest("hex");

/**
 * npm writes node_modules/.package-lock.json as its last act: what it holds is there whole. Optional
 * packages are those of other platforms; a container has no development packages.
 */
function holdsAll(lock, installed, production) {
  const there = JSON.parse(installed).packages ?? {};
  const needed = ([name, wanted]) =>
    name !== "" && !wanted.optional && !wanted.devOptional && !(production && wanted.dev);
  return Object.entries(JSON.parse(lock).packages ?? {})
    .filter(needed)
    .every(([name, wanted]) => there[name]?.version === wanted.version);
}

/**
 * Must `npm ci` run?
 * @param {{ lock: string, marker: string | null, installed: string | null, complete: boolean, production?: boolean }} facts
 *   `lock`: package-lock.json; `marker`: what we wrote after the last success; `installed`: npm's
 *   own record in node_modules; `complete`: are the programs there that we start? `production`: is
 *   it a container, which needs no development packages?
 * @returns {"ready" | "adopt" | "install"} adopt: somebody ran npm by hand, and all is there
 */
export function installDecision({ lock, marker, installed, complete, production = false }) {
  if (!complete) return "install";
  if (marker?.trim() === hashOf(lock)) return "ready";
  try {
    return installed && holdsAll(lock, installed, production) ? "adopt" : "install";
  } catch {
    return "install";
  }
}

/** Runs a command hidden behind a line that shows that time passes; shows its output if it fails. */
export function runQuietly(title, command, args, options = {}) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const tty = process.stdout.isTTY;
  process.stdout.write(tty ? title : `${title}\n`);
  const timer = setInterval(
    () => process.stdout.write(tty ? `\r${title} ${seconds()} s` : `  … ${seconds()} s\n`),
    tty ? 1_000 : 15_000,
  );
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output = (output + chunk).slice(-20_000);
      });
    }
    // A signal that nobody else handles ends us and what we have started, not us alone.
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"].filter((name) => !process.listenerCount(name));
    let interruptedAt = 0;
    const onSignal = () => {
      // npm takes back what it has begun: a next start must not meet it at that. A second Ctrl-C
      // insists (npm passes one on beside the terminal: two within a moment are one).
      const again = interruptedAt > 0 && Date.now() - interruptedAt > 1_000;
      if (!interruptedAt) process.stdout.write("\nStopping …\n");
      interruptedAt ||= Date.now();
      child.kill(again ? "SIGKILL" : "SIGTERM");
    };
    for (const name of signals) process.on(name, onSignal);
    const end = () => {
      for (const name of signals) process.off(name, onSignal);
      clearInterval(timer);
      if (interruptedAt) process.exit(130);
      process.stdout.write(tty ? `\r${title} ${seconds()} s\n` : `  done in ${seconds()} s\n`);
    };
    child.on("error", (error) => {
      end();
      reject(error);
    });
    child.on("close", (code, signal) => {
      end();
      if (code === 0) resolve(output);
      else
        reject(Object.assign(new Error(output.trim() || `ended by ${signal ?? code}`), { code }));
    });
  });
}

function npm() {
  // Under `npm run …` the very npm that was called; else the one that came with this Node.
  const own = process.env.npm_execpath;
  if (own && /npm-cli\.c?js$/.test(own)) return { command: process.execPath, args: [own] };
  return { command: process.platform === "win32" ? "npm.cmd" : "npm", args: [] };
}

/**
 * Makes node_modules what package-lock.json says. Whatever killed an earlier attempt, the marker is
 * only there after a whole one.
 * @param {string} root the project's folder
 */
export async function ensureInstalled(root) {
  const modules = path.join(root, "node_modules");
  const marker = path.join(modules, ".bulkhouse-installed");
  const lock = readFileSync(path.join(root, "package-lock.json"), "utf8");
  const decide = () =>
    installDecision({
      lock,
      marker: readText(marker),
      installed: readText(path.join(modules, ".package-lock.json")),
      complete: ["tsx", "next", "prisma", "pg"].every((name) =>
        existsSync(path.join(modules, name, "package.json")),
      ),
      production: process.env.NODE_ENV === "production",
    });
  const decision = decide();
  if (decision === "ready") return;
  if (decision === "install") {
    rmSync(marker, { force: true });
    const { command, args } = npm();
    const title = "Installing the dependencies (half a minute to two minutes) …";
    const flags = ["ci", "--loglevel=error", "--no-audit", "--no-fund", "--include=dev"];
    // Another npm at the same folder (one that a killed start left) can spoil the first attempt.
    for (let attempt = 1; decide() === "install"; attempt++) {
      if (attempt > 2) {
        throw new Error(
          "npm has ended, but node_modules is not whole. Does another npm run in this folder? Wait " +
            "for it, then run the same command again.",
        );
      }
      try {
        await runQuietly(title, command, [...args, ...flags], {
          cwd: root,
          shell: command.endsWith(".cmd"),
        });
      } catch (error) {
        throw new Error(
          `npm could not install the dependencies:\n\n${error.message}\n\nCheck that the npm ` +
            "registry can be reached (npm ping) and run the same command again.",
        );
      }
    }
  }
  try {
    writeFileSync(marker, `${hashOf(lock)}\n`);
  } catch {
    // A node_modules that we may not write to (another user's, an image's): decided anew each time.
  }
}

/**
 * Makes prisma/generated again where schema.prisma or Prisma's version differ from what it was
 * made of.
 * @param {string} root the project's folder
 */
export async function ensureGenerated(root) {
  const made = path.join(root, "prisma", "generated");
  const marker = path.join(made, ".made-of");
  const inputs = ["prisma/schema.prisma", "node_modules/prisma/package.json"];
  const hash = hashOf(inputs.map((file) => readFileSync(path.join(root, file), "utf8")).join("\0"));
  if (readText(marker)?.trim() === hash) return;
  try {
    await runQuietly("Preparing the database client …", process.execPath, ["start/generate.mjs"], {
      cwd: root,
    });
  } catch (error) {
    throw new Error(`The database client could not be generated:\n\n${error.message}`);
  }
  writeFileSync(marker, `${hash}\n`);
}
