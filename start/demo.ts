import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pc from "picocolors";
import { defaultResourceTypes } from "@/lib/contract/export-request";
import type { JobList, JobSummary } from "@/lib/contract/job";
import { registerApiKey } from "@/lib/session/api-keys";
import { type Application, startApplication } from "./application";
import { DemoApi } from "./demo-api";
import { type DemoGroup, demoTable, hasEnded, problemOf, progressLine } from "./demo-table";
import { isPortFree, nextFreePort } from "./free-port";
import { importantLine } from "./program-output";
import { say } from "./say";
import { tellHowToSignIn } from "./tell-how-to-sign-in";

/** What the sandbox's page gives under "Download as JSON". */
type Config = {
  jwks: { keys: ({ d?: string; alg?: string } & Record<string, unknown>)[] };
  client_id: string;
  fhir_url: string;
  token_url: string;
};
type Connections = {
  connections: { connection_id: string; fhir_base_url: string; client_id: string | null }[];
};
type Groups = { groups: { id: string; name: string; patients: number | null }[] };

/** A connection is known by its address: the sandbox keeps the port of its first start. */
async function sandboxPort(folder: string): Promise<number> {
  const file = path.join(folder, "port");
  const kept = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  const asked = Number(process.env.SANDBOX_PORT) || kept || 4004;
  const port = (await isPortFree(asked)) ? asked : await nextFreePort(4005);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${port}\n`);
  return port;
}

async function startSandbox({ supervisor, settings }: Application): Promise<string> {
  const folder = path.join(settings.DATA_DIR, "sandbox");
  const port = await sandboxPort(folder);
  supervisor.start({
    name: "sandbox",
    args: [path.resolve("start/run.mjs"), "sandbox"],
    env: { SANDBOX_PORT: String(port), SANDBOX_STATE_DIR: folder },
    show: (line) => (/error|warn/i.test(line) ? importantLine(line) : undefined),
  });
  const url = `http://localhost:${port}`;
  const giveUpAt = Date.now() + 60_000;
  for (;;) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    if (answer?.ok) return url;
    if (supervisor.deathsOf("sandbox") >= 3 || Date.now() > giveUpAt) {
      throw new Error(
        `The sandbox does not start. Its log ends with:\n${supervisor.tail("sandbox")}`,
      );
    }
    await sleep(100);
  }
}

/** The connection of the sandbox, made from the very file that a person would download. */
async function connect(api: DemoApi, config: Config, text: string): Promise<string> {
  const base = config.fhir_url.replace(/\/+$/, "");
  const { connections } = await api.ask<Connections>("/api/connections");
  const known = connections.find(
    (other) => other.fhir_base_url === base && other.client_id === config.client_id,
  );
  if (known) return known.connection_id;
  const made = await api.ask<{ connection_id: string }>("/api/connections", {
    name: "Sandbox",
    config: text,
  });
  return made.connection_id;
}

/** The group's job of an earlier run, where it completed or still goes on. */
async function earlierJob(
  api: DemoApi,
  connectionId: string,
  groupId: string,
): Promise<JobSummary | undefined> {
  const query = new URLSearchParams({
    connection_id: connectionId,
    group_id: groupId,
    status: "completed,downloading,in-progress,queued",
    page_size: "1",
  });
  return (await api.ask<JobList>(`/api/bulk-data/jobs?${query}`)).jobs[0];
}

async function kickOff(
  api: DemoApi,
  config: Config,
  group: { id: string; name: string },
): Promise<JobSummary> {
  const key = config.jwks.keys.find((candidate) => candidate.d);
  return api.ask<JobSummary>("/api/bulk-data/kick-off", {
    fhir_server_url: `${config.fhir_url.replace(/\/+$/, "")}/Group/${encodeURIComponent(group.id)}`,
    group_name: group.name,
    resource_types: defaultResourceTypes,
    use_smart_auth: true,
    token_url: config.token_url,
    client_id: config.client_id,
    private_key: JSON.stringify(key),
    ...(key?.alg && { algorithm: key.alg }),
  });
}

/** A line a group, drawn again in place at a terminal; elsewhere a line whenever a status changes. */
function display(groups: DemoGroup[]): { update: () => void; end: () => void } {
  const told = new Map<DemoGroup, string>();
  if (!process.stdout.isTTY) {
    const update = () => {
      for (const group of groups) {
        const status = group.problem ? "failed" : group.job?.status;
        if (!status || told.get(group) === status) continue;
        told.set(group, status);
        say.line(progressLine(group, Date.now(), 160));
      }
    };
    return { update, end: update };
  }
  let drawn = 0;
  const lines = {
    clear() {
      if (drawn > 0) process.stdout.write(`\x1b[${drawn}A\x1b[J`);
      drawn = 0;
    },
    draw() {
      const width = (process.stdout.columns || 100) - 1;
      const text = groups.map((group) => progressLine(group, Date.now(), width));
      process.stdout.write(`${text.join("\n")}\n`);
      drawn = groups.length;
    },
  };
  const update = () => {
    lines.clear();
    lines.draw();
  };
  say.live(lines);
  return {
    update,
    end() {
      lines.clear();
      say.live(undefined);
    },
  };
}

/** Starts what is not there yet and watches until every group's job has ended. */
async function exportGroups(
  api: DemoApi,
  config: Config,
  connectionId: string,
  groups: DemoGroup[],
) {
  for (const group of groups) {
    group.job = await earlierJob(api, connectionId, group.id);
    group.earlier = group.job?.status === "completed";
  }
  const open = groups.filter((group) => !group.earlier);
  if (open.length === 0) return;
  say.line(`Exporting ${open.length} groups: ${defaultResourceTypes.join(", ")}`);
  say.line();
  const shown = display(open);
  const timer = setInterval(shown.update, 500);
  try {
    const watch = async (group: DemoGroup) => {
      while (!hasEnded(group)) {
        await sleep(500);
        try {
          group.job = await api.ask<JobSummary>(`/api/bulk-data/status/${group.job?.job_id}`);
        } catch (error) {
          group.problem = (error as Error).message;
        }
      }
    };
    const watches: Promise<void>[] = [];
    for (const group of open) {
      try {
        group.job ??= await kickOff(api, config, group);
        watches.push(watch(group));
      } catch (error) {
        group.problem = (error as Error).message;
      }
      shown.update();
    }
    await Promise.all(watches);
  } finally {
    clearInterval(timer);
    shown.end();
    say.line();
  }
}

/**
 * `npm run demo`: everything, filled: eight groups of the sandbox exported through the public HTTP
 * API, as a script would do it, then left running. What an earlier run loaded is not repeated.
 * `--exit` (or DEMO_EXIT=1) stops after the summary: code 0 where every group arrived whole, else 1.
 */
export default async function demo(args: string[]): Promise<void> {
  const exit = args.includes("--exit") || process.env.DEMO_EXIT === "1";
  const startedAt = Date.now();
  const application = await startApplication();
  const groups: DemoGroup[] = [];
  try {
    const sandbox = await startSandbox(application);
    say.done("sandbox", `${sandbox} (a FHIR server with made-up patients)`);
    const key = application.settings.ETL_API_KEY ?? `demo_${randomBytes(24).toString("base64url")}`;
    if (!application.settings.ETL_API_KEY) await registerApiKey(key, "Demo");
    const api = new DemoApi(application.url, key);

    const download = await fetch(`${sandbox}/download.json`, {
      signal: AbortSignal.timeout(10_000),
    });
    const text = await download.text();
    if (!download.ok)
      throw new Error(`The sandbox gives no configuration (HTTP ${download.status}).`);
    const config: Config = JSON.parse(text);
    const connectionId = await connect(api, config, text);
    const listed = await api.ask<Groups>(`/api/connections/${connectionId}/groups`);
    groups.push(...listed.groups.map(({ id, name }) => ({ id, name })));
    say.done("connected", `${groups.length} groups at ${config.fhir_url}`);
    say.line();
    await exportGroups(api, config, connectionId, groups);

    say.line(demoTable(groups));
    if (groups.every((group) => group.earlier)) {
      say.line(pc.dim("All of it was loaded by an earlier run and is still here."));
    }
    say.line();
    say.line(pc.dim(`Ready after ${((Date.now() - startedAt) / 1000).toFixed(0)} s.`));
    tellHowToSignIn(application, [
      ["Sandbox", `${sandbox} (offers the configuration file to upload yourself)`],
      [
        "API key",
        // One that was set is a secret of its owner's; the demo's own ends with the next start.
        application.settings.ETL_API_KEY
          ? "the ETL_API_KEY of your settings"
          : `${key} (until the next start; make your own under Settings)`,
      ],
    ]);
  } catch (error) {
    if (application.isStopping()) return;
    await application.stop();
    throw error;
  }
  if (!exit) return;
  await application.stop();
  process.exit(groups.length > 0 && groups.every((group) => !problemOf(group)) ? 0 : 1);
}
