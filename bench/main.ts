import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, platform, release, tmpdir, totalmem } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { closeDatabase } from "@/lib/store/client";
import { DataSets } from "./data-sets";
import { knownServer, startServer } from "./server";
import type { Findings, Suite, Target } from "./suite";
import { files } from "./suites/files";
import { huge } from "./suites/huge";
import { jobs } from "./suites/jobs";
import { load } from "./suites/load";
import { memory } from "./suites/memory";
import { reload } from "./suites/reload";
import { serve } from "./suites/serve";
import { soak } from "./suites/soak";
import { vitals } from "./suites/vitals";
import { workers } from "./suites/workers";
import { markdownTable, plainTable, type Table } from "./table";

/** In the order of docs/benchmarks.md. */
const suites: Record<string, Suite> = {
  load,
  jobs,
  files,
  huge,
  memory,
  reload,
  workers,
  serve,
  vitals,
  soak,
};
/** Only where they are named: one takes 15 minutes and 30 GB of disk, one a browser, one as long as chance will. */
const onlyByName = new Set(["serve", "vitals", "soak"]);
const byDefault = Object.keys(suites).filter((name) => !onlyByName.has(name));

const say = (text: string) => process.stderr.write(`${text}\n`);

/** Findings of one suite, or why there are none. */
type Outcome = { name: string; suite: Suite; minutes: number } & (
  | { findings: Findings }
  | { failure: string }
);

const minutesSince = (at: number) => Math.round((Date.now() - at) / 6_000) / 10;

const counts = (text: string) => text.split(",").filter(Boolean).map(Number);

function options(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      suites: { type: "string", default: byDefault.join(",") },
      sizes: { type: "string", default: "1e4,1e5,1e6" },
      runs: { type: "string", default: "3" },
      files: { type: "string" },
      observations: { type: "string", default: "1e7" },
      seed: { type: "string", default: "1" },
      pages: { type: "string" },
      database: { type: "string" },
      markdown: { type: "boolean", default: false },
    },
  });
  const sizes = counts(values.sizes).sort((a, b) => a - b);
  const runs = Number(values.runs);
  const observations = Number(values.observations);
  const seed = Number(values.seed);
  if (
    ![...sizes, runs, observations, seed].every((number) => Number.isInteger(number) && number > 0)
  ) {
    throw new Error("--sizes takes counts (1e4,1e5), --runs, --observations and --seed a count.");
  }
  const chosen = values.suites.split(",").map((name) => {
    const suite = suites[name];
    if (!suite) throw new Error(`--suites takes ${Object.keys(suites).join(", ")}; not ${name}.`);
    return { name, suite };
  });
  return { ...values, sizes, runs, observations, seed, chosen };
}

function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

const targetsTable = (targets: readonly Target[]): Table => ({
  columns: ["target", "reached"],
  rows: targets.map(({ target, reached }) => [target, reached]),
});

/** For the terminal or, pasteable into docs/benchmarks.md, as Markdown. */
function printer(markdown: boolean) {
  const table = markdown ? markdownTable : plainTable;
  const print = (...parts: string[]) => console.log(`${parts.join("\n\n")}\n`);
  const heading = (text: string) => (markdown ? `## ${text}` : `\n${text}`);
  return {
    text: print,
    section: (outcome: Outcome) =>
      print(
        heading(outcome.suite.title),
        outcome.suite.about,
        ...("failure" in outcome
          ? [`Failed: ${outcome.failure}`]
          : outcome.findings.tables.map(table)),
      ),
    targets(outcomes: readonly Outcome[]) {
      const targets = outcomes.flatMap((outcome) =>
        "findings" in outcome ? (outcome.findings.targets ?? []) : [],
      );
      if (targets.length) print(heading("Targets"), table(targetsTable(targets)));
    },
  };
}

/**
 * `npm run bench`: how fast and in how much memory, against references measured in the same run on an
 * embedded PostgreSQL of its own with the settings that every installation gets. Each suite's tables go
 * to stdout when they are there (docs/benchmarks.md explains them), everything to bench/results. A
 * suite that fails does not keep the others from being measured.
 * --suites=load,jobs  --sizes=1e4,1e5,1e6  --runs=3  --files=<folder of NDJSON files, one a type>
 * --markdown
 * --suites=soak  --sizes=1e6  --seed=1
 * --suites=vitals  --pages=job,visualize
 * --suites=serve  --observations=1e7  --database=<address of a PostgreSQL, whose data is kept>
 */
export default async function bench(args: string[]): Promise<void> {
  const {
    chosen,
    sizes,
    runs,
    observations,
    seed,
    database,
    pages,
    files: ownFolder,
    markdown,
  } = options(args);
  const startedAt = new Date();
  const folder = await mkdtemp(path.join(tmpdir(), "bulkhouse-bench-"));
  await chmod(folder, 0o755);
  const server = database ? await knownServer(database) : await startServer(folder);
  process.env.DATABASE_URL = server.url;
  process.env.ENCRYPTION_KEY ??= randomUUID();
  process.env.BULK_DIR = path.join(folder, "bulk");
  await mkdir(process.env.BULK_DIR);
  const data = new DataSets(folder, say, ownFolder && path.resolve(ownFolder));

  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.version,
    postgres: server.version,
    commit: commit(),
    date: startedAt.toISOString().slice(0, 16),
    command: [
      "npm run bench",
      // An address holds a password.
      ...(args.length ? ["--", ...args.filter((arg) => !arg.startsWith("--database"))] : []),
    ].join(" "),
  };
  const results = path.resolve("bench/results");
  await mkdir(results, { recursive: true });
  const target = path.join(results, `${startedAt.toISOString().replaceAll(":", "-")}.json`);
  const print = printer(markdown);
  print.text(
    `${machine.cores} cores (${machine.cpu}), ${machine.memoryGb} GB, ${machine.system}; Node ${machine.node}, ` +
      `PostgreSQL ${machine.postgres}; commit ${machine.commit}; ${machine.date} UTC; \`${machine.command}\``,
  );
  const outcomes: Outcome[] = [];
  try {
    for (const { name, suite } of chosen) {
      const suiteStartedAt = Date.now();
      say(`\n${suite.title}`);
      const result = await suite
        .run({ server, folder, runs, sizes, observations, seed, pages, data, say })
        .then(
          (findings) => ({ findings }),
          (error: Error) => ({ failure: error.stack ?? error.message }),
        );
      const outcome = { name, suite, minutes: minutesSince(suiteStartedAt), ...result };
      outcomes.push(outcome);
      print.section(outcome);
      await writeFile(target, `${JSON.stringify({ machine, outcomes }, null, 2)}\n`);
    }
  } finally {
    await closeDatabase();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
  print.targets(outcomes);
  const each = outcomes.map(({ name, minutes }) => `${name} ${minutes}`).join(", ");
  print.text(`${minutesSince(startedAt.getTime())} minutes (${each}).`);
  say(`Written to ${path.relative(process.cwd(), target)}.`);
  if (outcomes.some((outcome) => "failure" in outcome)) process.exitCode = 1;
}
