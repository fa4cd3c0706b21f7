import type { PoolClient } from "pg";
import { AppError } from "@/lib/errors";
import { LeaseLost } from "@/lib/store/lease-lost";
import { type Aside, deletionWriter, outcomeWriter } from "./aside-writers";
import { undeletableEntry } from "./deleted-entries";
import { forgetRollUps } from "./forget-roll-ups";
import { lineBreaksBefore } from "./line-breaks-before";
import { rowReader } from "./line-to-row";
import { loadChunks, type Place } from "./load-chunks";
import { parseLine } from "./parse-line";
import { readChunks, withChunkBuffers } from "./read-chunks";
import type { Line } from "./read-lines";
import type { Reject } from "./reject";
import { rowWriter } from "./row-writer";
import { withClient } from "./with-client";

export type LoadFileOptions = {
  jobId: string;
  fileId: string;
  fileNo: number;
  /** the list of the manifest in which the file stands */
  kind: "output" | "error" | "deleted";
  /** the manifest's type; null where files mix types */
  resourceType: string | null;
  path: string;
  /** the file is still growing: up to where it can be read by now, as readLines asks for it */
  toOffset?: (from: number) => number;
  /** where an earlier call ended; spares counting the lines before, should the file be there still */
  from?: Place | undefined;
  /** must equal export_files.locked_by at every chunk */
  leaseHolder: string;
  /** stops between two chunks; what is written stays */
  signal?: AbortSignal;
  /** a longer line is rejected; 64 MB unless told */
  maxLineBytes?: number;
};

/** The line as `type`; lines of error and deleted files go aside, not into data tables. */
function toAside(line: Line, type: string): Aside | Reject {
  const parsed = parseLine(line);
  if ("reasonCode" in parsed) return parsed;
  if (parsed.resourceType === type) {
    const entry = type === "Bundle" ? undeletableEntry(parsed.resource) : null;
    if (entry === null) return { line, resource: parsed.resource };
    const reason = `Entry ${entry} of the Bundle is not the deletion of one resource by its id`;
    return { line, reasonCode: "not-a-deletion", reason };
  }
  return {
    line,
    reasonCode: "wrong-type",
    reason: `The line is a ${parsed.resourceType}, this list of the manifest holds ${type}`,
  };
}

async function loadFrom(client: PoolClient, options: LoadFileOptions, offset: number) {
  const { jobId, fileNo, resourceType, path, from, signal } = options;
  const place: Place =
    from?.offset === offset ? from : { offset, line: (await lineBreaksBefore(path, offset)) + 1 };
  const readOptions = {
    fromOffset: place.offset,
    fromLine: place.line,
    toOffset: options.toOffset,
    maxLineBytes: options.maxLineBytes ?? 64 * 1024 * 1024,
    signal,
  };
  return withChunkBuffers((buffers) => {
    if (options.kind === "output") {
      const reader = rowReader({ jobId, fileNo, resourceType });
      const chunks = readChunks(path, readOptions, reader, buffers);
      return loadChunks(client, options, chunks, place, rowWriter(client, jobId), signal);
    }
    const [type, writer] =
      options.kind === "error"
        ? ["OperationOutcome", outcomeWriter(client, options)]
        : ["Bundle", deletionWriter(client, options)];
    const chunks = readChunks(path, readOptions, (line) => toAside(line, type), buffers);
    return loadChunks(client, options, chunks, place, writer, signal);
  });
}

/**
 * Loads one file, or what has arrived of it, from export_files.loaded_bytes on: output files into the job's partitions
 * (prepareJob made them), error files into export_outcomes, deleted files into deleted_resources. Each
 * chunk is one transaction with the rejected lines and the file's counters, so a killed load goes on
 * where it was and no line is lost or counted twice. `accepted` and `duplicates` are running
 * estimates where files share resources; settleJob makes them exact.
 * @returns the file's counters, all of its loads together, and where it goes on
 * @throws LeaseLost where the file is another worker's; the signal's reason; AppError
 *   file-unreadable, database-unavailable, disk-full
 */
export async function loadFile(
  options: LoadFileOptions,
): Promise<{ lines: number; rejected: number; place: Place }> {
  options.signal?.throwIfAborted();
  return withClient(async (client) => {
    const counters = async () => {
      const { rows } = await client.query<{ offset: string; lines: string; rejected: string }>(
        `SELECT loaded_bytes AS offset, lines, rejected FROM export_files
          WHERE id = $1 AND locked_by = $2`,
        [options.fileId, options.leaseHolder],
      );
      const [row] = rows;
      if (!row) throw new LeaseLost(`file ${options.fileId}`);
      return row;
    };
    const before = await counters();
    await forgetRollUps(client, options.jobId);
    let place: Place;
    try {
      place = await loadFrom(client, options, Number(before.offset));
    } catch (error) {
      options.signal?.throwIfAborted();
      const { code, syscall } = error as NodeJS.ErrnoException;
      if (!syscall || !["open", "read"].includes(syscall)) throw error;
      throw new AppError(
        "file-unreadable",
        { path: options.path, reason: code ?? syscall },
        { cause: error },
      );
    }
    const { lines, rejected } = await counters();
    return { lines: Number(lines), rejected: Number(rejected), place };
  });
}
