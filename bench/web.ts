import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { Agent, request } from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { firstStart } from "@/lib/session/first-start";
import { ensureBuilt } from "@/start/build";
import { freePort } from "@/start/free-port";
import type { Context } from "./suite";

const email = "bench@example.org";
const password = "bench-Bench-7431";
const apiKey = "bench-key-0123456789abcdef";

export type Answer = { status: number; text: string; ms: number };

export type Web = {
  url: string;
  /** one GET to the last byte of the answer; as a script (API key) or as a person (session cookie) */
  get: (path: string, as?: "script" | "person") => Promise<Answer>;
  /** name and value of the cookies of a person who has signed in */
  cookies: { name: string; value: string }[];
  stop: () => Promise<void>;
};

/** Name and value of what an answer sets. */
const cookiesOf = (answer: Response) =>
  answer.headers.getSetCookie().flatMap((line) => {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    return name && value ? [{ name, value }] : [];
  });

/** As the sign-in page does it. */
async function signIn(url: string) {
  const first = await fetch(`${url}/api/auth/csrf`);
  const { csrfToken } = (await first.json()) as { csrfToken: string };
  const before = cookiesOf(first);
  const answer = await fetch(`${url}/api/auth/callback/credentials`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: before.map(({ name, value }) => `${name}=${value}`).join("; ") },
    body: new URLSearchParams({ csrfToken, email, password, json: "true" }),
  });
  const cookies = cookiesOf(answer);
  if (!cookies.some(({ name }) => name.endsWith("session-token"))) {
    throw new Error(`signing in answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
  }
  return [...before, ...cookies];
}

/** The web process of an installation (`next start` of the production build), with somebody signed in. */
export async function startWeb({
  server,
  folder,
}: Pick<Context, "server" | "folder">): Promise<Web> {
  const dataDir = path.join(folder, "web");
  await mkdir(dataDir, { recursive: true });
  await ensureBuilt();
  const port = await freePort(0);
  const url = `http://127.0.0.1:${port}`;
  const settings = {
    DATABASE_URL: server.url,
    DATA_DIR: dataDir,
    NEXTAUTH_URL: url,
    NEXTAUTH_SECRET: "bench-session-secret-0123",
  };
  Object.assign(process.env, { DATA_DIR: dataDir });
  await firstStart({ ADMIN_EMAIL: email, ADMIN_PASSWORD: password, ETL_API_KEY: apiKey });
  const child = spawn(
    process.execPath,
    [
      "--import",
      pathToFileURL(path.resolve("start/end-with-parent.mjs")).href,
      ...[path.resolve("node_modules/next/dist/bin/next"), "start", "-p", `${port}`],
    ],
    {
      env: { ...process.env, ...settings, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      // With a session of its own, as start/supervisor starts it: Linux shares the CPU among sessions first.
      detached: process.platform !== "win32",
    },
  );
  const ended = once(child, "exit");
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(`${url}/api/health`).catch(() => null);
    if (answer) break;
    if (tries > 300 || child.exitCode !== null) throw new Error("the web process does not answer");
    await sleep(100);
  }
  const cookies = await signIn(url);
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const get: Web["get"] = (target, as = "script") =>
    new Promise((resolve, reject) => {
      const startedAt = performance.now();
      const asked = request(
        `${url}${target}`,
        { agent, headers: as === "person" ? { cookie } : { authorization: `Bearer ${apiKey}` } },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on("data", (part) => parts.push(part));
          answer.on("error", reject);
          answer.on("end", () => {
            const ms = performance.now() - startedAt;
            const text = Buffer.concat(parts).toString("utf8");
            resolve({ status: answer.statusCode ?? 0, text, ms });
          });
        },
      );
      asked.on("error", reject);
      asked.end();
    });
  return {
    url,
    get,
    cookies,
    async stop() {
      agent.destroy();
      child.kill("SIGTERM");
      await ended;
    },
  };
}
