import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, platform, release, tmpdir, totalmem } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { dropJob } from "@/lib/load/drop-job";
import { closeDatabase, database } from "@/lib/store/client";
import { type DataFile, everyType, mainTypes, ownData, writeData, writeLongLines } from "./data";
import { endToEnd, plainDownload, startFileServer } from "./end-to-end";
import { load } from "./load";
import { clientCopy, createMany, rawCopy } from "./references";
import { type Measured, markdownTable, plainTable } from "./report";
import { type Server, startServer } from "./server";

/** As many files at once as a worker loads, and as many connections for the reference. */
const connections = 2;

type Sample = {
  seconds: number;
  nodeCpuSeconds?: number | null;
  peakRssMb?: number;
  resources?: number;
};
type Contender = { name: string; reference?: boolean; run: () => Promise<Sample> };

const say = (text: string) => process.stderr.write(`${text}\n`);

const sums = (files: readonly DataFile[]) => ({
  resources: files.reduce((sum, file) => sum + file.lines, 0),
  bytes: files.reduce((sum, file) => sum + file.bytes, 0),
});

function medianOf(values: (number | null | undefined)[]): number | null {
  const known = values
    .filter((value) => value !== null && value !== undefined)
    .sort((a, b) => a - b);
  return known.length ? (known[known.length >> 1] ?? null) : null;
}

/**
 * Every contender in turn, `runs` times over (A B C A B C …), so that what slows the machine for a
 * while slows all of them. Ratios are taken within a turn, to the contender marked as reference.
 */
async function compare(
  server: Server,
  data: string,
  files: readonly DataFile[],
  runs: number,
  contenders: readonly Contender[],
): Promise<Measured[]> {
  const samples = contenders.map((): (Sample & { postgres: number | null })[] => []);
  for (let run = 0; run < runs; run += 1) {
    for (const [index, contender] of contenders.entries()) {
      // Nobody pays for what the one before has left unwritten.
      await database().pool.query("CHECKPOINT");
      const before = server.cpuSeconds();
      const sample = await contender.run();
      await sleep(100);
      const after = server.cpuSeconds();
      const postgres = before === null || after === null ? null : after - before;
      samples[index]?.push({ ...sample, postgres });
      say(`  ${data}  ${contender.name}: ${sample.seconds.toFixed(2)} s`);
    }
  }
  const reference = samples[contenders.findIndex((contender) => contender.reference)];
  const all = sums(files);
  return contenders.map((contender, index) => {
    const own = samples[index] ?? [];
    const seconds = own.map((sample) => sample.seconds);
    const resources = own[0]?.resources ?? all.resources;
    // Where a contender takes only part of the data, what counts is the rate.
    const part = resources / all.resources;
    return {
      name: contender.name,
      data,
      resources,
      bytes: all.bytes * part,
      seconds,
      ratios: contender.reference
        ? []
        : seconds.map((one, run) => (part * (reference?.[run]?.seconds ?? Number.NaN)) / one),
      nodeCpuSeconds: medianOf(own.map((sample) => sample.nodeCpuSeconds)),
      postgresCpuSeconds: medianOf(own.map((sample) => sample.postgres)),
      peakRssMb: medianOf(own.map((sample) => sample.peakRssMb)),
    };
  });
}

function loadContender(server: Server, files: DataFile[], name = "Bulkhouse load"): Contender {
  return {
    name,
    async run() {
      const answer = await load(server.url, { files, atOnce: connections });
      await dropJob(answer.jobId);
      const { resources } = sums(files);
      if (answer.accepted + answer.duplicates + answer.rejected !== resources) {
        throw new Error(`${answer.accepted} of ${resources} lines became rows`);
      }
      return { ...answer, nodeCpuSeconds: answer.cpuSeconds };
    },
  };
}

function rawContender(server: Server, files: DataFile[]): Contender {
  return {
    name: `raw COPY jsonb, ${connections} connections`,
    reference: true,
    run: async () => ({ seconds: await rawCopy(server.url, files, connections) }),
  };
}

async function loads(
  server: Server,
  name: string,
  files: DataFile[],
  runs: number,
): Promise<Measured[]> {
  const contenders = [rawContender(server, files), loadContender(server, files)];
  const { resources } = sums(files);
  if (resources <= 200_000) {
    contenders.push({
      name: "one-connection COPY from a client",
      async run() {
        const before = process.cpuUsage();
        const seconds = await clientCopy(server.url, files);
        const { user, system } = process.cpuUsage(before);
        return { seconds, nodeCpuSeconds: (user + system) / 1e6 };
      },
    });
  }
  const observations = files.find(({ type }) => type === "Observation");
  if (resources <= 20_000 && observations) {
    contenders.push({
      name: "Prisma createMany, Observations alone",
      async run() {
        const before = process.cpuUsage();
        const seconds = await createMany(randomUUID(), observations);
        const { user, system } = process.cpuUsage(before);
        const nodeCpuSeconds = (user + system) / 1e6;
        return { seconds, nodeCpuSeconds, resources: observations.lines };
      },
    });
  }
  return compare(server, name, files, runs, contenders);
}

async function wholeJobs(
  server: Server,
  name: string,
  files: DataFile[],
  runs: number,
  folder: string,
): Promise<Measured[]> {
  const files_ = await startFileServer(files);
  try {
    return await compare(server, name, files, runs, [
      rawContender(server, files),
      {
        name: "plain download, 2 at a time",
        run: async () => ({ seconds: await plainDownload(files_, files, folder) }),
      },
      loadContender(server, files, "load alone, from disk"),
      {
        name: "whole job: kick-off to settled",
        async run() {
          const answer = await endToEnd(server.url, files_, folder);
          await dropJob(answer.jobId);
          return { ...answer, nodeCpuSeconds: answer.cpuSeconds };
        },
      },
    ]);
  } finally {
    files_.stop();
  }
}

const countName = (count: number) => `10^${Math.log10(count).toFixed(count % 10 ? 2 : 0)}`;

/**
 * `npm run bench`: how fast files on disk become rows, whole jobs, and how much memory that takes,
 * against references measured in the same run on an embedded PostgreSQL of its own with the settings
 * that every installation gets. A table to stdout, everything to bench/results.
 * --sizes=1e4,1e5,1e6  --runs=3  --files=<folder of NDJSON files, one a type>  --markdown
 */
export default async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      sizes: { type: "string", default: "1e4,1e5,1e6" },
      runs: { type: "string", default: "3" },
      files: { type: "string" },
      markdown: { type: "boolean", default: false },
    },
  });
  const sizes = values.sizes.split(",").filter(Boolean).map(Number);
  const runs = Number(values.runs);
  if (![...sizes, runs].every((number) => Number.isInteger(number) && number > 0)) {
    throw new Error("--sizes takes counts (1e4,1e5), --runs a count.");
  }
  const startedAt = new Date();
  const folder = await mkdtemp(path.join(tmpdir(), "bulkhouse-bench-"));
  await chmod(folder, 0o755);
  const server = await startServer(folder);
  process.env.DATABASE_URL = server.url;
  const results: Measured[] = [];
  try {
    if (values.files) {
      const files = await ownData(path.resolve(values.files), path.join(folder, "own"));
      results.push(...(await loads(server, "own files", files, runs)));
    }
    for (const size of values.files ? [] : sizes) {
      for (const [name, mix] of [
        ["five types", mainTypes],
        ["all types", everyType],
      ] as const) {
        // Whether it grows evenly one mix shows; the whole should take less than five minutes.
        if (size > 200_000 && mix === everyType) continue;
        const data = `${name} ${countName(size)}`;
        say(`${data}: making the files`);
        const target = path.join(folder, data.replaceAll(" ", "-"));
        const files = await writeData(target, size, mix);
        results.push(...(await loads(server, data, files, runs)));
        if (mix === mainTypes && size === 100_000) {
          results.push(...(await wholeJobs(server, `${data}, by HTTP`, files, runs, folder)));
        }
        await rm(target, { recursive: true });
      }
    }
    if (!values.files) {
      const long = await writeLongLines(path.join(folder, "long"), 4, 25, 2_000_000);
      results.push(
        ...(await compare(server, "lines of 2 MB, 4 files", long, 1, [
          rawContender(server, long),
          loadContender(server, long),
        ])),
      );
    }
  } finally {
    await closeDatabase();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }

  const commit = (() => {
    try {
      return execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
    } catch {
      return "unknown";
    }
  })();
  const machine = {
    cpu: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.version,
    postgres: server.version,
    commit,
    date: startedAt.toISOString().slice(0, 16),
    command: ["npm run bench", ...(args.length ? ["--", ...args] : [])].join(" "),
    minutes: Math.round((Date.now() - startedAt.getTime()) / 6_000) / 10,
  };
  const target = path.resolve(
    "bench/results",
    `${startedAt.toISOString().replaceAll(":", "-")}.json`,
  );
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, `${JSON.stringify({ machine, results }, null, 2)}\n`);
  const about = `${machine.cores} cores (${machine.cpu}), ${machine.memoryGb} GB, ${machine.system}; Node ${machine.node}, PostgreSQL ${machine.postgres}; commit ${machine.commit}; ${machine.date} UTC; \`${machine.command}\`, ${machine.minutes} min`;
  console.log(
    values.markdown
      ? `${about}\n\n${markdownTable(results)}`
      : `\n${plainTable(results)}\n\n${about}`,
  );
  say(`Written to ${path.relative(process.cwd(), target)}.`);
}
