import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test, vi } from "vitest";
import { database } from "@/lib/store/client";
import { createJobs } from "@/lib/store/create-job";
import { freshDatabase } from "@/lib/store/fresh-database";
import { type Sandbox, startSandbox } from "@/sandbox/server";

// The promise of the pipeline: a worker killed with SIGKILL at any moment and restarted ends with the
// same rows as one that nobody disturbed. The worker is the real process, the server is the sandbox
// with lines that are broken and lines that repeat, and the moments are chosen by what the database
// shows plus a pseudo-random delay.

const url = await freshDatabase();
const bulkDir = await mkdtemp(path.join(tmpdir(), "bulkhouse-kill-"));
const { pool } = database();

let sandbox: Sandbox | undefined;
let worker: ChildProcess | undefined;
let next: ChildProcess | undefined;

afterAll(async () => {
  worker?.kill("SIGKILL");
  next?.kill("SIGKILL");
  await sandbox?.close();
  await rm(bulkDir, { recursive: true, force: true });
});

/** A process that has read its code and waits for a word to begin: most of a start is reading. */
function standBy(): ChildProcess {
  // What `npm run worker` runs, without the check of the installation before it.
  const entry = `Promise.all([
    import("./start/worker.ts"),
    new Promise((begin) => process.stdin.once("data", begin)),
  ]).then(([worker]) => worker.default())`;
  return spawn(process.execPath, ["--import", "tsx", "--eval", entry], {
    cwd: path.resolve(import.meta.dirname, "../.."),
    env: {
      ...process.env,
      DATABASE_URL: url,
      BULK_DIR: bulkDir,
      WORKER_LEASE_SECONDS: "1",
      WORKER_CONCURRENCY: "3",
      LOG_LEVEL: "error",
    },
    stdio: ["pipe", "ignore", "inherit"],
  });
}

function startWorker(): ChildProcess {
  const child = next ?? standBy();
  next = standBy();
  child.stdin?.write("begin");
  return child;
}

async function killWorker(): Promise<void> {
  const child = worker;
  if (!child) return;
  worker = undefined;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

type Moment = [name: string, reached: (seen: Seen) => boolean];

type Shape = {
  name: string;
  /** is a file so large that it is loaded before it is whole? */
  early?: boolean;
  scale: number;
  resourcesPerFile: number;
  bytesPerSecond: number;
  groups: string[];
  types: string[];
  /** as many kills at least, at as many different moments */
  kills: number;
  moments: number;
};

const shapes: Shape[] = [
  {
    // Observations of more than one chunk a file, and types of more than one file.
    name: "files of all sizes",
    scale: 0.6,
    resourcesPerFile: 8_000,
    bytesPerSecond: 12_000_000,
    groups: ["BMCHealthNet", "FallonHealth"],
    types: ["Patient", "Condition", "Observation", "Encounter", "Procedure"],
    kills: 12,
    moments: 8,
  },
  {
    name: "a file that is loaded while it downloads",
    early: true,
    scale: 2.5,
    resourcesPerFile: 100_000,
    bytesPerSecond: 10_000_000,
    groups: ["BMCHealthNet"],
    types: ["Observation"],
    kills: 6,
    moments: 5,
  },
  {
    name: "small files that go together",
    scale: 0.6,
    resourcesPerFile: 30,
    bytesPerSecond: 12_000_000,
    groups: ["BMCHealthNet"],
    types: ["Patient", "Condition", "Observation", "Encounter", "Procedure"],
    kills: 8,
    moments: 5,
  },
];

async function startJobs(
  connectionId: string,
  fhirBaseUrl: string,
  { groups, types }: Shape,
): Promise<string[]> {
  return createJobs(
    groups.map((groupId) => ({
      connectionId,
      connectionName: "Sandbox",
      fhirBaseUrl,
      level: "group" as const,
      groupId,
      groupName: groupId,
      request: { resource_types: types },
      createdBy: "test",
    })),
  );
}

type Seen = {
  stages: string[];
  held: number;
  files: number;
  downloaded: number;
  downloading: number;
  loadedBytes: number;
  sizeBytes: number;
  loaded: number;
};

async function look(jobIds: string[]): Promise<Seen> {
  if (worker && worker.exitCode !== null) throw new Error(`the worker died: ${worker.exitCode}`);
  const { rows } = await pool.query<Seen>(
    `SELECT (SELECT array_agg(stage::text) FROM export_jobs WHERE id = ANY($1::uuid[])) AS stages,
       (SELECT count(*)::int FROM export_jobs
        WHERE id = ANY($1::uuid[]) AND locked_until > now()) AS held,
       count(*)::int AS files,
       (count(*) FILTER (WHERE state IN ('downloaded', 'loaded')))::int AS downloaded,
       (count(*) FILTER (WHERE state = 'pending' AND locked_until > now()))::int AS downloading,
       (count(*) FILTER (WHERE state = 'loaded'))::int AS loaded,
       coalesce(sum(loaded_bytes), 0)::float8 AS "loadedBytes",
       coalesce(sum(size_bytes) FILTER (WHERE state <> 'pending'), 0)::float8 AS "sizeBytes"
     FROM export_files WHERE job_id = ANY($1::uuid[])`,
    [jobIds],
  );
  return rows[0] as Seen;
}

/** Everything that must be the same, without what names the job: of every table one md5, and the counts. */
async function fingerprint(jobId: string): Promise<Record<string, unknown>> {
  const tables = [
    "patients",
    "conditions",
    "observations",
    "medication_requests",
    "encounters",
    "resources",
  ];
  const result: Record<string, unknown> = {};
  for (const table of tables) {
    const { rows } = await pool.query(
      `SELECT count(*)::int AS rows,
         md5(string_agg((to_jsonb(t) - 'etl_job_id')::text, E'\\n' ORDER BY patient_id, id)) AS md5
       FROM ${table} t WHERE etl_job_id = $1`,
      [jobId],
    );
    result[table] = rows[0];
  }
  const files = await pool.query(
    `SELECT file_no, kind, resource_type, state, expected_count, size_bytes, loaded_bytes, lines,
       accepted, duplicates, rejected
     FROM export_files WHERE job_id = $1 ORDER BY file_no`,
    [jobId],
  );
  const rejected = await pool.query(
    `SELECT f.file_no, r.line_no, r.byte_offset, r.reason_code, md5(r.line) AS line
     FROM rejected_lines r JOIN export_files f ON f.id = r.file_id
     WHERE r.job_id = $1 ORDER BY 1, 2`,
    [jobId],
  );
  const job = await pool.query("SELECT stage, error_code, warning FROM export_jobs WHERE id = $1", [
    jobId,
  ]);
  return { ...result, files: files.rows, rejected: rejected.rows, job: job.rows };
}

/** Pseudo-random and the same in every run (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const share = (seen: Seen, of: Seen) =>
  (seen.sizeBytes + seen.loadedBytes) / (of.sizeBytes + of.loadedBytes);

test.each(shapes)(
  "a worker killed at any moment and restarted ends with the rows of an undisturbed one: $name",
  async (shape) => {
    sandbox = await startSandbox({
      auth: false,
      scale: shape.scale,
      preparationMs: 200,
      resourcesPerFile: shape.resourcesPerFile,
      faults: { badLine: 7, duplicateLines: 2, slowFiles: shape.bytesPerSecond },
    });
    const connectionId = randomUUID();
    await pool.query(
      `INSERT INTO connections (id, name, fhir_base_url, auth, updated_at)
     VALUES ($1, 'Sandbox', $2, 'none', now())`,
      [connectionId, sandbox.fhirBaseUrl],
    );
    const { fhirBaseUrl } = sandbox;
    const hasEnded = (seen: Seen) =>
      seen.stages.every((stage) => ["done", "failed", "cancelled"].includes(stage));

    const undisturbed = await startJobs(connectionId, fhirBaseUrl, shape);
    worker = startWorker();
    await vi.waitUntil(async () => hasEnded(await look(undisturbed)), {
      timeout: 120_000,
      interval: 50,
    });
    await killWorker();
    const expected = await Promise.all(undisturbed.map(fingerprint));
    const whole = await look(undisturbed);
    for (const print of expected) {
      expect(print).toMatchObject({ job: [{ stage: "done" }] });
      expect(print.rejected).not.toEqual([]);
    }

    // In the order in which they come true; each once a run. What is over before it was seen is left out.
    const moments: Moment[] = [
      ["kick-off under way", (seen) => seen.stages.includes("kickoff") && seen.held > 0],
      ["the server prepares", (seen) => seen.stages.includes("poll")],
      ["the manifest has come", (seen) => seen.files > 0],
      ["files download", (seen) => seen.downloading > 0],
      ...(shape.early
        ? ([["rows of a file that is not whole", (seen) => seen.loadedBytes > 0]] as Moment[])
        : []),
      ["a file is on disk", (seen) => seen.downloaded > 0],
      ["a chunk is committed", (seen) => seen.loadedBytes > 0],
      ...[0.2, 0.35, 0.5, 0.65, 0.8, 0.9].map((part): [string, (seen: Seen) => boolean] => [
        `${part * 100} % of the bytes`,
        (seen) => share(seen, whole) >= part,
      ]),
      ["all loaded, not settled", (seen) => seen.files > 0 && seen.loaded === seen.files],
    ];

    const random = randomOf(20_261_123);
    const kills: string[] = [];
    for (let run = 1; kills.length < shape.kills; run += 1) {
      expect(run, `kills so far: ${kills.join(", ")}`).toBeLessThan(6);
      const jobIds = await startJobs(connectionId, fhirBaseUrl, shape);
      worker = startWorker();
      let seen = await look(jobIds);
      for (const [name, reached] of moments) {
        while (!reached(seen) && !hasEnded(seen)) {
          await sleep(8);
          seen = await look(jobIds);
        }
        if (hasEnded(seen)) break;
        await sleep(random() * 120);
        await killWorker();
        kills.push(name);
        worker = startWorker();
        seen = await look(jobIds);
      }
      await vi.waitUntil(async () => hasEnded(await look(jobIds)), {
        timeout: 120_000,
        interval: 50,
      });
      await killWorker();
      expect(await Promise.all(jobIds.map(fingerprint)), `killed at: ${kills.join(", ")}`).toEqual(
        expected,
      );
    }
    expect(new Set(kills).size).toBeGreaterThanOrEqual(shape.moments);
    await sandbox.close();
  },
  300_000,
);
