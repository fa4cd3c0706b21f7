import { setTimeout as sleep } from "node:timers/promises";
import { comeForward } from "@/bench/come-forward";
import { writeData } from "@/bench/data";
import type { DataSet } from "@/bench/data-sets";
import { type FileServer, startFileServer } from "@/bench/file-server";
import { percentile } from "@/bench/percentile";
import type { Context, Suite } from "@/bench/suite";
import { digits, type Table } from "@/bench/table";
import { startWeb, type Web } from "@/bench/web";
import { runJob, startWorkers } from "@/bench/whole-job";
import { dropJob } from "@/lib/load/drop-job";
import { database } from "@/lib/store/client";
import { firstView } from "./serve-browser";
import { findServeData, makeServeData, type ServeData } from "./serve-data";
import { type Question, serveQuestions } from "./serve-questions";

/** What one question took. */
type Timed = Omit<Question, "path" | "reference"> & {
  ms: number[];
  bytes: number;
  /** ms of the same by plain SQL over the rows */
  referenceMs: number | null;
};

/** Requests of each question a run (three by default): for the 95th percentile, and for the 99th. */
const rounds = 14;
const pageRounds = 70;
/** Resources in the two files that load meanwhile, about 1.1 GB. */
const loadedMeanwhile = 1_000_000;

/** One job after another whose two files load, each removed when it is done, until it is ended. */
function keepLoading(files: FileServer, data: DataSet) {
  const ending = new AbortController();
  let current: string | null = null;
  const seconds: number[] = [];
  const loop = (async () => {
    while (!ending.signal.aborted) {
      const job = await runJob(files, data, (jobId) => {
        current = jobId;
      });
      seconds.push(job.seconds);
      current = null;
      await dropJob(job.jobId);
      await database().pool.query("DELETE FROM export_jobs WHERE id = $1", [job.jobId]);
    }
  })();
  // Told when it is waited for; until then it must not end the process.
  loop.catch(() => {});
  return {
    job: () => current,
    seconds,
    async end() {
      ending.abort();
      await loop;
    },
  };
}

async function ask(
  web: Web,
  question: Question,
  n: number,
  as?: "person",
): Promise<[number, number]> {
  const path = question.path(n);
  if (path === null) return [Number.NaN, 0];
  const { status, ms, text } = await web.get(path, as);
  // A job that has just been removed is no answer either.
  if (status === 404 && question.scope === "the job that loads") return [Number.NaN, 0];
  if (status !== 200) throw new Error(`${path} answered ${status}: ${text.slice(0, 300)}`);
  return [ms, text.length];
}

/** All questions in turn, again and again, so that what slows the machine slows all of them. */
async function timeAll(
  web: Web,
  questions: Question[],
  times: number,
  as?: "person",
): Promise<Timed[]> {
  const timed = questions.map(({ path, reference, ...rest }): Timed => {
    return { ...rest, ms: [], bytes: 0, referenceMs: null };
  });
  for (let n = 0; n < times; n += 1) {
    for (const [index, question] of questions.entries()) {
      const [ms, bytes] = await ask(web, question, n, as);
      const one = timed[index];
      if (!one || Number.isNaN(ms)) continue;
      one.ms.push(ms);
      one.bytes = Math.max(one.bytes, bytes);
    }
  }
  return timed;
}

/** Once each: over all ten million some take a minute. */
async function timeReferences(questions: Question[], timed: Timed[], data: ServeData) {
  for (const [index, { reference, scope, name }] of questions.entries()) {
    const one = timed[index];
    if (!reference || !one) continue;
    const twin = timed.findIndex(
      (other, at) =>
        at < index && other.scope === scope && questions[at]?.reference?.sql === reference.sql,
    );
    if (twin >= 0) {
      one.referenceMs = timed[twin]?.referenceMs ?? null;
      continue;
    }
    const jobIds = scope === "one job" ? data.jobIds.slice(0, 1) : data.jobIds;
    const startedAt = performance.now();
    await database().pool.query(reference.sql, reference.parameters(jobIds));
    one.referenceMs = performance.now() - startedAt;
    process.stderr.write(`  ${name}, ${scope}, from the rows: ${digits(one.referenceMs, 0)} ms\n`);
  }
}

function tableOf(title: string, timed: readonly Timed[], part: 95 | 99): Table {
  return {
    title,
    columns: [
      "question",
      "of",
      "requests",
      "p50 ms",
      "p95 ms",
      "p99 ms",
      "target ms",
      "",
      "KB",
      "from rows ms",
      "× faster",
    ],
    rows: timed.map(({ name, scope, ms, target, bytes, referenceMs }) => [
      name,
      scope,
      String(ms.length),
      ...[50, 95, 99].map((p) => digits(percentile(ms, p), 1)),
      `p${part} < ${target}`,
      percentile(ms, part) < target ? "PASS" : "MISS",
      digits(bytes / 1000, 1),
      digits(referenceMs, 0),
      digits(referenceMs === null ? null : referenceMs / percentile(ms, 50), 0),
    ]),
  };
}

const verdict = (timed: readonly Timed[], part: 95 | 99) => {
  const missed = timed.filter(({ ms, target }) => !(percentile(ms, part) < target));
  const worst = [...timed].sort((a, b) => percentile(b.ms, part) - percentile(a.ms, part))[0];
  return `${timed.length - missed.length} of ${timed.length}; slowest ${worst?.name} of ${worst?.scope} ${digits(percentile(worst?.ms ?? [], part), 0)} ms${
    missed.length
      ? `; missed: ${missed.map(({ name, scope, ms }) => `${name} of ${scope} (${digits(percentile(ms, part), 0)} ms)`).join(", ")}`
      : ""
  }`;
};

function pages(data: ServeData, loading: () => string | null): Question[] {
  const page = (name: string, path: Question["path"]): Question => ({
    name,
    scope: "all jobs",
    target: 50,
    path,
  });
  return [
    page("status of the job that loads", () => {
      const job = loading();
      return job && `/api/bulk-data/status/${job}`;
    }),
    page(
      "status of a job that is done",
      (n) => `/api/bulk-data/status/${data.jobIds[n % data.jobIds.length]}`,
    ),
    page("jobs", () => "/api/bulk-data/jobs"),
    page("page /", () => "/"),
    page("page /jobs", () => "/jobs"),
    page("page /jobs/[id]", (n) => `/jobs/${data.jobIds[n % data.jobIds.length]}`),
    page("page /visualize", () => "/visualize"),
    page("page /data", () => "/data"),
  ];
}

/** Charts, tables, status and pages as people and scripts ask for them, while files load. */
export const serve: Suite = {
  title: "Charts, tables and pages while a load runs",
  about:
    "Observations over 20 jobs (--observations, ten million by default) with the patients, conditions, encounters and " +
    "medication requests that belong to them; half of a job's patients are in the next one too. The web process of a " +
    "production build and a worker process that loads two files (Observations and Encounters, a million resources) again " +
    "and again: everything is measured meanwhile, over HTTP, from the request to the last byte, all questions in turn. " +
    "“From rows”: what a chart adds up, made from the rows by one SQL statement, or a count of the rows that a table " +
    "or a search looks through; once each, in the same run.",
  async run(context: Context) {
    const { folder, say, observations, runs } = context;
    const data = (await findServeData()) ?? (await makeServeData(folder, observations, say));
    const sizes = await database().pool.query(
      "SELECT pg_database_size(current_database())::float8 / 1e9 AS gb",
    );
    const web = await startWeb(context);
    const loaded = await context.data.once("two files", (target) =>
      writeData(target, loadedMeanwhile, { Observation: 704, Encounter: 160 }),
    );
    const files = await startFileServer(loaded.files);
    const workers = await startWorkers();
    const load = keepLoading(files, loaded);
    const stepBack = comeForward(process.pid);
    if (!stepBack) say("  no higher priority for who asks: its own waiting is counted too");
    try {
      while (!load.job()) await sleep(50);
      const questions = await serveQuestions(web, data, load.job);
      // What a process that has run for a minute has read and compiled.
      await timeAll(web, questions, 2);
      say("  charts and tables");
      const answers = await timeAll(web, questions, runs * rounds);
      say(`  ${verdict(answers, 95)}`);
      say("  status and pages");
      const polled = pages(data, load.job);
      await timeAll(web, polled, 10, "person");
      const pageTimes = await timeAll(web, polled, runs * pageRounds, "person");
      say(`  ${verdict(pageTimes, 99)}`);
      say("  first view");
      // Where there is no browser the rest is worth having.
      const views = await firstView(web, 5).catch((error: Error) => {
        say(`  no first view: ${error.message}`);
        return [];
      });
      await load.end();
      say("  the same from the rows");
      await timeReferences(questions, answers, data);
      const view = percentile(views, 50);
      return {
        tables: [
          tableOf(
            `${digits(data.observations, 0)} Observations, ${digits(sizes.rows[0]?.gb, 1)} GB, while a load runs (${load.seconds.length} jobs of ${digits(loaded.resources, 0)} resources, ${digits(percentile(load.seconds, 50), 1)} s each)`,
            answers,
            95,
          ),
          tableOf("Status and pages while two files load", pageTimes, 99),
          {
            title: "First view of /visualize, all jobs, in Chromium",
            columns: ["views", "median ms", "min ms", "max ms", "target ms", ""],
            rows: [
              [
                String(views.length),
                digits(view, 0),
                digits(Math.min(...views), 0),
                digits(Math.max(...views), 0),
                "< 1,000",
                view < 1000 ? "PASS" : "MISS",
              ],
            ],
          },
        ],
        targets: [
          {
            target:
              "10 million observations, 20 jobs: every chart and table under 100 ms p95 for one job, 300 ms for all, while a load runs",
            reached: verdict(answers, 95),
          },
          { target: "first view of the page under 1 s", reached: `${digits(view, 0)} ms` },
          {
            target: "status and pages under 50 ms p99 while two files load",
            reached: verdict(pageTimes, 99),
          },
        ],
        measured: { answers, pageTimes, views, loadSeconds: load.seconds },
      };
    } finally {
      await load.end().catch(() => {});
      await workers.stop();
      files.stop();
      await web.stop();
      stepBack?.();
    }
  },
};
