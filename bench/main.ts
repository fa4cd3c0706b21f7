import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, platform, release, tmpdir, totalmem } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { closeDatabase } from "@/lib/store/client";
import { DataSets } from "./data-sets";
import { startServer } from "./server";
import type { Findings, Suite, Target } from "./suite";
import { jobs } from "./suites/jobs";
import { load } from "./suites/load";
import { markdownTable, plainTable, type Table } from "./table";

/** In the order of docs/benchmarks.md. */
const suites: Record<string, Suite> = { load, jobs };

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
      suites: { type: "string", default: Object.keys(suites).join(",") },
      sizes: { type: "string", default: "1e4,1e5,1e6" },
      runs: { type: "string", default: "3" },
      files: { type: "string" },
      markdown: { type: "boolean", default: false },
    },
  });
  const sizes = counts(values.sizes).sort((a, b) => a - b);
  const runs = Number(values.runs);
  if (![...sizes, runs].every((number) => Number.isInteger(number) && number > 0)) {
    throw new Error("--sizes takes counts (1e4,1e5), --runs a count.");
  }
  const chosen = values.suites.split(",").map((name) => {
    const suite = suites[name];
    if (!suite) throw new Error(`--suites takes ${Object.keys(suites).join(", ")}; not ${name}.`);
    return { name, suite };
  });
  return { ...values, sizes, runs, chosen };
}

function commit(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

/** Each suite in turn; one that fails does not keep the others from being measured. */
async function measure(
  { chosen, sizes, runs, files }: ReturnType<typeof options>,
  done: (outcomes: readonly Outcome[]) => Promise<void>,
): Promise<{ outcomes: Outcome[]; postgres: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), "bulkhouse-bench-"));
  await chmod(folder, 0o755);
  const server = await startServer(folder);
  process.env.DATABASE_URL = server.url;
  const data = new DataSets(folder, say, files && path.resolve(files));
  const outcomes: Outcome[] = [];
  try {
    for (const { name, suite } of chosen) {
      const startedAt = Date.now();
      say(`\n${suite.title}`);
      const result = await suite.run({ server, folder, runs, sizes, data, say }).then(
        (findings) => ({ findings }),
        (error: Error) => ({ failure: error.stack ?? error.message }),
      );
      outcomes.push({ name, suite, minutes: minutesSince(startedAt), ...result });
      await done(outcomes);
    }
  } finally {
    await closeDatabase();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
  return { outcomes, postgres: server.version };
}

const targetsTable = (targets: readonly Target[]): Table => ({
  columns: ["target", "reached"],
  rows: targets.map(({ target, reached }) => [target, reached]),
});

function printed(outcomes: readonly Outcome[], about: string, markdown: boolean): string {
  const table = markdown ? markdownTable : plainTable;
  const heading = (text: string) => (markdown ? `## ${text}` : `\n${text}`);
  const sections = outcomes.flatMap((outcome) => [
    heading(outcome.suite.title),
    outcome.suite.about,
    ...("failure" in outcome ? [`Failed: ${outcome.failure}`] : outcome.findings.tables.map(table)),
  ]);
  const targets = outcomes.flatMap((outcome) =>
    "findings" in outcome ? (outcome.findings.targets ?? []) : [],
  );
  const all = targets.length ? [heading("Targets"), table(targetsTable(targets))] : [];
  return [about, ...sections, ...all].join("\n\n");
}

/**
 * `npm run bench`: how fast and in how much memory, against references measured in the same run on an
 * embedded PostgreSQL of its own with the settings that every installation gets. A table a suite to
 * stdout (docs/benchmarks.md explains them), everything to bench/results.
 * --suites=load,jobs  --sizes=1e4,1e5,1e6  --runs=3  --files=<folder of NDJSON files, one a type>
 * --markdown
 */
export default async function bench(args: string[]): Promise<void> {
  const chosen = options(args);
  const startedAt = new Date();
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.version,
    commit: commit(),
    date: startedAt.toISOString().slice(0, 16),
    command: ["npm run bench", ...(args.length ? ["--", ...args] : [])].join(" "),
  };
  const target = path.resolve(
    "bench/results",
    `${startedAt.toISOString().replaceAll(":", "-")}.json`,
  );
  const write = async (outcomes: readonly Outcome[], more: object = {}) => {
    await mkdir(path.dirname(target), { recursive: true });
    const text = JSON.stringify({ machine: { ...machine, ...more }, outcomes }, null, 2);
    await writeFile(target, `${text}\n`);
  };
  // After each suite: what is measured is not lost when somebody loses patience.
  const { outcomes, postgres } = await measure(chosen, write);
  const minutes = minutesSince(startedAt.getTime());
  await write(outcomes, { postgres, minutes });
  const { cores, cpu, memoryGb, system, node, date, command } = machine;
  const about =
    `${cores} cores (${cpu}), ${memoryGb} GB, ${system}; Node ${node}, PostgreSQL ${postgres}; ` +
    `commit ${machine.commit}; ${date} UTC; \`${command}\`, ${minutes} min`;
  console.log(printed(outcomes, about, chosen.markdown));
  say(`Written to ${path.relative(process.cwd(), target)}.`);
  if (outcomes.some((outcome) => "failure" in outcome)) process.exitCode = 1;
}
