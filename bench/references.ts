import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from } from "pg-copy-streams";
import { columnReaders } from "@/lib/load/column-readers";
import { dropJob } from "@/lib/load/drop-job";
import { prepareJob } from "@/lib/load/prepare-job";
import { database } from "@/lib/store/client";
import type { DataFile } from "./data";
import type { FileServer } from "./file-server";

// What the loader is measured against. All times in seconds.

const secondsSince = (startedAt: number) => (performance.now() - startedAt) / 1000;

async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Times `copy` into a new table of one jsonb column without key or index. */
async function intoBareTable(url: string, copy: () => Promise<void>): Promise<number> {
  await connected(url, async (client) => {
    await client.query("DROP TABLE IF EXISTS bare");
    await client.query("CREATE TABLE bare (resource jsonb)");
  });
  const startedAt = performance.now();
  await copy();
  const seconds = secondsSince(startedAt);
  await connected(url, (client) => client.query("DROP TABLE bare"));
  return seconds;
}

/** CSV whose quote and delimiter no JSON can hold: lines go in as they are. */
const asLines = "(FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')";

/** PostgreSQL itself reads the files, `connections` at a time. */
export function rawCopy(
  url: string,
  files: readonly DataFile[],
  connections: number,
): Promise<number> {
  return intoBareTable(url, async () => {
    let next = 0;
    const lane = () =>
      connected(url, async (client) => {
        for (let file = files[next++]; file; file = files[next++]) {
          const source = file.path.replaceAll("'", "''");
          await client.query(`COPY bare FROM '${source}' ${asLines}`);
        }
      });
    await Promise.all(Array.from({ length: connections }, lane));
  });
}

/** What `psql \copy` does: one connection, over which the client sends what it reads. */
export function clientCopy(url: string, files: readonly DataFile[]): Promise<number> {
  return intoBareTable(url, () =>
    connected(url, async (client) => {
      for (const file of files) {
        await pipeline(
          createReadStream(file.path, { highWaterMark: 1 << 18 }),
          client.query(from(`COPY bare FROM STDIN ${asLines}`)),
        );
      }
    }),
  );
}

/** Prisma's createMany, 1,000 rows a call, of one file of Observations into the table that we load too. */
export async function createMany(jobId: string, file: DataFile): Promise<number> {
  const { prisma } = database();
  await prepareJob(jobId);
  const startedAt = performance.now();
  const lines = (await readFile(file.path, "utf8")).split("\n").filter(Boolean);
  for (let from = 0; from < lines.length; from += 1_000) {
    await prisma.observation.createMany({
      data: lines.slice(from, from + 1_000).map((line, index) => {
        const resource = JSON.parse(line);
        const { patientId, columns } = columnReaders.observations.read(resource);
        const { code, code_system, code_display, effective_at, value_quantity, status } = columns;
        return {
          etlJobId: jobId,
          patientId,
          id: resource.id,
          fileNo: 1,
          lineNo: from + index + 1,
          code: code as string | null,
          codeSystem: code_system as string | null,
          codeDisplay: code_display as string | null,
          status: status as string | null,
          effectiveAt: effective_at === null ? null : new Date(Number(effective_at)),
          valueQuantity: value_quantity as number | null,
          resource,
        };
      }),
    });
  }
  const seconds = secondsSince(startedAt);
  await dropJob(jobId);
  return seconds;
}

/** The files to disk with fetch, `connections` at a time: no fsync, no rename, nothing else. */
export async function plainDownload(
  server: FileServer,
  files: readonly DataFile[],
  folder: string,
  connections: number,
): Promise<number> {
  const target = await mkdtemp(path.join(folder, "download-"));
  const startedAt = performance.now();
  let next = 0;
  const lane = async () => {
    for (let no = next++; no < files.length; no = next++) {
      const { body } = await fetch(`${server.url}/file/${no}`);
      if (!body) throw new Error("no body");
      await pipeline(
        Readable.fromWeb(body as never),
        createWriteStream(path.join(target, `${no}`)),
      );
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
  const seconds = secondsSince(startedAt);
  await rm(target, { recursive: true });
  return seconds;
}
