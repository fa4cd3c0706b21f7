import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type Child, startChild } from "@/bench/child";
import { median } from "@/bench/median";
import type { SandboxAnswer } from "@/bench/sandbox-process";
import type { Context, Suite } from "@/bench/suite";
import { digits } from "@/bench/table";
import { purgeJob, retryJob } from "@/lib/pipeline/commands";
import { toConnectionKey } from "@/lib/pipeline/connection-commands";
import { readPrivateKey } from "@/lib/smart-auth/private-key";
import { database } from "@/lib/store/client";
import { createConnection } from "@/lib/store/connections";
import { createJobs } from "@/lib/store/create-job";
import { dataTables } from "@/lib/store/data-tables";
import type { FaultSettings } from "@/sandbox/fault-settings";
import { leanProcess } from "@/start/lean-process";

/** What a server does to a client that goes on: each ends with the rows of an undisturbed run. */
const faults: Record<string, FaultSettings> = {
  "status 502": { status502: 2 },
  "status 429": { status429: 2 },
  "status 500": { status500: 2 },
  "HTML at the status": { html: ["status"], htmlTimes: 1 },
  "tokens expire early": { unauthorized: 1 },
  "tokens live a second": { tokenSeconds: 1 },
  "token endpoint down": { token: "serverError", tokenTimes: 2, unauthorized: 1 },
  "connections cut": { cutFile: 3 },
  "connections cut, uncompressed": { cutFile: 3, noGzip: true },
  "connections cut, other ranges": { cutFile: 3, noGzip: true, range: "otherOffset" },
  "connections cut, no ETag": { cutFile: 3, noGzip: true, etag: "missing" },
  "connections cut, other bytes": { cutFile: 2, changingFiles: "newEtag" },
  "a download falls silent": { hangFile: 1 },
  "429 for files": { file429: 4 },
  "500 for files": { file500: 3 },
  "503 for files": { file503: 3 },
  "HTML for files": { html: ["file"], htmlTimes: 2 },
  "one download at once": { downloadsAtOnce: 1 },
  "slow files": { slowFiles: 2_000_000 },
  "files at another host": { redirect: ["file"], redirectTo: "host" },
};

/** Pseudo-random and the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Found = {
  rows: Record<string, number>;
  /** of each table: hashes of its rows, in no order; without what names the job */
  hashes: Record<string, string>;
  /** of what each file became */
  byFile: string;
  byType: string;
  files: number;
  lines: number;
  duplicates: number;
  rejected: number;
};

const md5 = (value: unknown) => createHash("md5").update(JSON.stringify(value)).digest("hex");

async function found(jobId: string): Promise<Found> {
  const { pool } = database();
  const hashes: Found["hashes"] = {};
  for (const table of dataTables) {
    // Of JSON its value: a server may send the same resource in other bytes.
    const { rows } = await pool.query(
      `SELECT coalesce(sum(hashtextextended((to_jsonb(t) - 'etl_job_id')::text, 0)::numeric), 0) AS h
       FROM ${table} t WHERE etl_job_id = $1`,
      [jobId],
    );
    hashes[table] = rows[0].h;
  }
  const types = await pool.query<{ type: string; n: number }>(
    `SELECT type, sum(n)::int AS n FROM (
       SELECT f.resource_type AS type, f.accepted AS n FROM export_files f
       WHERE f.job_id = $1 AND f.kind = 'output') AS each GROUP BY 1 ORDER BY 1`,
    [jobId],
  );
  const files = await pool.query(
    `SELECT file_no, resource_type, expected_count::int, lines::int, accepted::int, duplicates::int,
       rejected::int
     FROM export_files WHERE job_id = $1 AND kind = 'output' ORDER BY file_no`,
    [jobId],
  );
  const sum = (name: string) => files.rows.reduce((all, row) => all + row[name], 0);
  return {
    rows: Object.fromEntries(types.rows.map(({ type, n }) => [type, n])),
    hashes,
    byFile: md5(files.rows),
    byType: md5(types.rows),
    files: files.rows.length,
    lines: sum("lines"),
    duplicates: sum("duplicates"),
    rejected: sum("rejected"),
  };
}

/** The most that a living process ever held; null where the system does not tell. */
function peakMb(pid: number): number | null {
  try {
    const [, kb] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kb ? Number(kb) / 1024 : null;
  } catch {
    return null;
  }
}

/** Workers one after the other: the next one has read its code while this one works. */
class Lives {
  readonly peaksMb: number[] = [];
  #current: Child | undefined;
  #next: Promise<Child> | undefined;

  async begin(): Promise<void> {
    const env = { ...leanProcess.env, WORKER_LEASE_SECONDS: "2", HTTP_TIMEOUT_READ: "3" };
    const born = () => startChild("worker-process", { ...leanProcess, env });
    this.#current = await (this.#next ?? born());
    this.#current.send("begin");
    this.#next = born();
  }

  async kill(): Promise<void> {
    const child = this.#current;
    if (!child) return;
    this.#current = undefined;
    const peak = peakMb(child.pid);
    if (peak !== null) this.peaksMb.push(peak);
    await child.kill();
  }

  async end(): Promise<void> {
    await this.kill();
    await (await this.#next)?.kill();
  }
}

const mostMinutes = 60;

async function startJob(connectionId: string, fhirBaseUrl: string): Promise<string> {
  const [jobId = ""] = await createJobs([
    {
      connectionId,
      connectionName: "soak",
      fhirBaseUrl,
      level: "patient",
      groupId: null,
      groupName: null,
      request: { resource_types: [] },
      createdBy: "bench",
    },
  ]);
  return jobId;
}

async function stageOf(jobId: string) {
  const { rows } = await database().pool.query<{ stage: string; error: string | null }>(
    "SELECT stage, error_message AS error FROM export_jobs WHERE id = $1",
    [jobId],
  );
  return rows[0] ?? { stage: "gone", error: null };
}

type Soaked = Found & {
  seconds: number;
  injected: Record<string, number>;
  kills: number;
  retries: string[];
  peaksMb: number[];
};

/**
 * Seconds, beyond the first one. Counting and rolling up is one step, which begins anew after a kill: at a
 * million resources it takes longer than six seconds with the start of a worker.
 */
const longestLife = ({ sizes }: Context) => Math.max(5, (sizes.at(-1) ?? 0) / 50_000);

/** One job to its end; with a random, under faults and kills. */
async function soaked(
  start: () => Promise<string>,
  sandbox: Child,
  context: Context,
  random: (() => number) | null,
): Promise<Soaked> {
  const lives = new Lives();
  const injected: Record<string, number> = {};
  const retries: string[] = [];
  let kills = 0;
  try {
    await lives.begin();
    const startedAt = performance.now();
    const jobId = await start();
    const elapsed = () => (performance.now() - startedAt) / 1000;
    let nextFault = 0;
    let nextKill = random ? 1 + random() * 4 : Number.POSITIVE_INFINITY;
    for (;;) {
      const { stage, error } = await stageOf(jobId);
      if (stage === "done") break;
      if (stage === "failed") {
        // As a person would; whatever arrived is kept.
        retries.push(error ?? "");
        context.say(`  ${elapsed().toFixed(0)} s: retried after: ${error}`);
        if (!random || retries.length > 10) throw new Error(`the job failed: ${error}`);
        await retryJob(jobId, { label: "bench" });
      }
      if (elapsed() > mostMinutes * 60) throw new Error(`not done after ${mostMinutes} minutes`);
      if (random && elapsed() >= nextFault) {
        const names = Object.keys(faults);
        const chosen = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
          const name = names[Math.floor(random() * names.length)] as string;
          injected[name] = (injected[name] ?? 0) + 1;
          return faults[name];
        });
        sandbox.send({ faults: Object.assign({}, ...chosen) });
        nextFault = elapsed() + 0.3 + random() * 1.5;
      }
      if (random && elapsed() >= nextKill) {
        await lives.kill();
        kills += 1;
        context.say(`  ${elapsed().toFixed(0)} s: killed in ${stage}`);
        await lives.begin();
        nextKill = elapsed() + 1 + random() * longestLife(context);
      }
      await sleep(100);
    }
    const seconds = elapsed();
    await lives.end();
    sandbox.send({ faults: {} });
    const all = await found(jobId);
    await purgeJob(jobId);
    return { ...all, seconds, injected, kills, retries, peaksMb: lives.peaksMb };
  } finally {
    await lives.end();
  }
}

/** One export under random faults of the server and random kills of the worker, against an undisturbed one. */
export const soak: Suite = {
  title: "Soak",
  about:
    "One export of all groups of the sandbox by one worker. The server misbehaves at random (every 0.3 to 1.8 s one to three " +
    "faults of a list, each survivable), the worker is killed with SIGKILL at random (1 to 6 s after its start, at 10^6 up to 21 s) and started anew. " +
    "The same export undisturbed comes first: rows are compared by hashes of all their columns, files by their counts, " +
    "types by what the sandbox says it sends. --seed chooses the chance.",
  async run(context) {
    const size = context.sizes.at(-1) ?? 100_000;
    const sandbox = await startChild("sandbox-process");
    try {
      const trial = 0.05;
      const { startSandbox } = await import("@/sandbox/server");
      const small = await startSandbox({ scale: trial });
      const some = Object.values(await small.expectedCounts(null)).reduce((a, b) => a + b, 0);
      await small.close();
      const resourcesPerFile = Math.max(100, Math.ceil(size / 150));
      sandbox.send({ options: { scale: (trial * size) / some, resourcesPerFile } });
      const { fhirBaseUrl, config } = await sandbox.answer<SandboxAnswer>();
      const connection = await createConnection({
        name: "soak",
        fhirBaseUrl,
        auth: "smart",
        tokenUrl: config.token_url,
        clientId: config.client_id,
        scope: null,
        key: toConnectionKey(await readPrivateKey(JSON.stringify(config.jwks))),
        createdBy: "bench",
      });
      sandbox.send("counts");
      const expected = await sandbox.answer<Record<string, number>>();
      const start = () => startJob(connection.connection_id, fhirBaseUrl);
      context.say("  undisturbed");
      const undisturbed = await soaked(start, sandbox, context, null);
      context.say(`  with faults and kills, seed ${context.seed}`);
      const rough = await soaked(start, sandbox, context, randomOf(context.seed));
      const total = (rows: Record<string, number>) =>
        Object.values(rows).reduce((all, n) => all + n, 0);
      const same =
        md5(rough.hashes) === md5(undisturbed.hashes) &&
        rough.byFile === undisturbed.byFile &&
        Object.entries(expected).every(([type, n]) => (rough.rows[type] ?? 0) === n);
      if (!same) {
        throw new Error(
          `not the same rows: ${JSON.stringify({ expected, undisturbed, rough }, null, 1)}`,
        );
      }
      const line = (name: string, run: Soaked) => [
        name,
        digits(total(expected), 0),
        digits(total(run.rows), 0),
        digits(run.duplicates, 0),
        digits(run.rejected, 0),
        digits(run.files, 0),
        md5(run.hashes).slice(0, 12),
        run.byFile.slice(0, 12),
        run.byType.slice(0, 12),
        digits(total(run.injected), 0),
        digits(run.kills, 0),
        digits(run.retries.length, 0),
        digits(run.seconds, 0),
        run.peaksMb.length
          ? `${digits(median(run.peaksMb), 0)} (${digits(Math.max(...run.peaksMb), 0)})`
          : "–",
      ];
      return {
        tables: [
          {
            columns: [
              "run",
              "rows expected",
              "rows found",
              "duplicates",
              "rejected",
              "files",
              "md5 of rows",
              "md5 by file",
              "md5 by type",
              "faults",
              "kills",
              "retries by hand",
              "s",
              "peak MB of a life: median (most)",
            ],
            rows: [line("undisturbed", undisturbed), line(`seed ${context.seed}`, rough)],
          },
          {
            columns: ["fault", "times"],
            rows: Object.entries(rough.injected)
              .sort(([a], [b]) => a.localeCompare(b))
              .map(([name, times]) => [name, digits(times, 0)]),
          },
        ],
        targets: [
          {
            target: "under random faults and kills exactly the rows of an undisturbed run",
            reached: `${digits(total(rough.rows), 0)} of ${digits(total(expected), 0)} rows after ${total(rough.injected)} faults and ${rough.kills} kills; a worker's life took at most ${digits(Math.max(...rough.peaksMb), 0)} MB`,
          },
        ],
        measured: { expected, undisturbed, rough },
      };
    } finally {
      sandbox.disconnect();
      await sandbox.kill();
    }
  },
};
