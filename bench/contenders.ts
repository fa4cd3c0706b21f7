import { randomUUID } from "node:crypto";
import { dropJob } from "@/lib/load/drop-job";
import type { Contender } from "./compare";
import type { DataFile } from "./data";
import type { DataSet } from "./data-sets";
import type { FileServer } from "./file-server";
import { load } from "./load";
import { clientCopy, createMany, plainDownload, rawCopy } from "./references";

// What takes part in more than one comparison, or is a reference.

/** As many files at once as a worker loads, and as many connections for the references. */
export const connections = 2;

/** Seconds and CPU seconds of this process, while `work` is done in it. */
async function timedHere(work: () => Promise<number>) {
  const before = process.cpuUsage();
  const seconds = await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds, nodeCpuSeconds: (user + system) / 1e6 };
}

/** PostgreSQL reads the files into bare jsonb. */
export const rawContender = (url: string, { files }: DataSet): Contender => ({
  name: `raw COPY jsonb, ${connections} connections`,
  run: async () => ({ seconds: await rawCopy(url, files, connections) }),
});

/** What a worker does with files that are on disk; every line must have become a row. */
export const loadContender = (url: string, data: DataSet, name: string): Contender => ({
  name,
  async run() {
    const answer = await load(url, { files: data.files, atOnce: connections });
    await dropJob(answer.jobId);
    if (answer.accepted + answer.duplicates + answer.rejected !== data.resources) {
      throw new Error(`${answer.accepted} of ${data.resources} lines became rows`);
    }
    return { ...answer, nodeCpuSeconds: answer.cpuSeconds };
  },
});

/** What `psql \copy` does. */
export const clientContender = (url: string, { files }: DataSet): Contender => ({
  name: "one-connection COPY from a client",
  run: () => timedHere(() => clientCopy(url, files)),
});

/** Rows of one file by Prisma. */
export const prismaContender = (observations: DataFile): Contender => ({
  name: "Prisma createMany, Observations alone",
  run: async () => ({
    ...(await timedHere(() => createMany(randomUUID(), observations))),
    resources: observations.lines,
  }),
});

/** The files to disk, and nothing else. */
export const downloadContender = (
  server: FileServer,
  { files }: DataSet,
  folder: string,
  atOnce = connections,
): Contender => ({
  name: `plain download, ${atOnce} at a time`,
  run: async () => ({ seconds: await plainDownload(server, files, folder, atOnce) }),
});
