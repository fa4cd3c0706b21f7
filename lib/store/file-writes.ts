import type { AppError } from "@/lib/errors";
import { type ClaimedFile, whileFileHeld } from "./claims";
import { addEvent, withoutQuery } from "./events";
import { troubleOf } from "./trouble";

// What a file's step writes at its end: once, in one transaction, fenced, and the lease goes with it.

const released = "locked_by = NULL, locked_until = NULL";
const untroubled = "attempts = 0, error_code = NULL, error_message = NULL, error_details = NULL";

/** How events name a file. */
export const itemOf = (file: ClaimedFile) => ({
  fileNo: file.fileNo,
  fileUrl: withoutQuery(file.url),
  itemType: file.kind,
  resourceType: file.resourceType,
});

/** The whole file lies on disk under its final name. */
export function storeDownloaded(
  file: ClaimedFile,
  { path, sizeBytes }: { path: string; sizeBytes: number },
): Promise<void> {
  return whileFileHeld(file, async (client) => {
    await client.query(
      // A disk that loses what was fetched must not be filled for ever: those times stay counted.
      `UPDATE export_files SET state = 'downloaded', path = $2, size_bytes = $3,
         downloaded_at = now(), next_run_at = now(), ${released},
         attempts = CASE error_code WHEN 'file-unreadable' THEN attempts ELSE 0 END,
         error_code = NULL, error_message = NULL, error_details = NULL WHERE id = $1`,
      [file.fileId, path, sizeBytes],
    );
    await addEvent(client, file.jobId, "download_complete", {
      ...itemOf(file),
      fileSize: sizeBytes,
    });
  });
}

/** Every line of the file is a row, a duplicate or a rejected line. */
export function storeLoaded(
  file: ClaimedFile,
  { lines, rejected }: { lines: number; rejected: number },
): Promise<void> {
  return whileFileHeld(file, async (client) => {
    await client.query(
      `UPDATE export_files SET state = 'loaded', loaded_at = now(), ${untroubled}, ${released}
       WHERE id = $1`,
      [file.fileId],
    );
    await addEvent(client, file.jobId, "load_complete", {
      ...itemOf(file),
      resourceCount: lines - rejected,
      rejected,
    });
  });
}

/** What should be on disk is not: it is fetched again (restartLoad has seen to what was loaded). */
export function storeMissing(file: ClaimedFile, error: AppError): Promise<void> {
  return whileFileHeld(file, async (client) => {
    await client.query(
      `UPDATE export_files SET state = 'pending', downloaded_at = NULL, next_run_at = now(),
         attempts = attempts + 1, error_code = $2, error_message = $3, error_details = $4, ${released}
       WHERE id = $1`,
      [file.fileId, ...troubleOf(error)],
    );
    await addEvent(client, file.jobId, "load_error", {
      ...itemOf(file),
      code: error.code,
      message: error.message,
    });
  });
}

/** The step failed and will be tried again after `delayMs`. */
export function storeFileRetry(
  file: ClaimedFile,
  { error, delayMs, counted }: { error: AppError; delayMs: number; counted: boolean },
): Promise<void> {
  return whileFileHeld(file, async (client) => {
    await client.query(
      `UPDATE export_files SET next_run_at = now() + $2 * interval '1 millisecond',
         attempts = attempts + $3, error_code = $4, error_message = $5, error_details = $6, ${released}
       WHERE id = $1`,
      [file.fileId, delayMs, counted ? 1 : 0, ...troubleOf(error)],
    );
    await addEvent(client, file.jobId, file.state === "pending" ? "download_error" : "load_error", {
      ...itemOf(file),
      code: error.code,
      message: error.message,
      retryInSeconds: Math.round(delayMs / 1000),
    });
  });
}

/** This file will not come; the others go on. What of it was loaded stays. */
export function storeFileFailure(file: ClaimedFile, error: AppError): Promise<void> {
  return whileFileHeld(file, async (client) => {
    await client.query(
      `UPDATE export_files SET state = 'failed', attempts = attempts + 1,
         error_code = $2, error_message = $3, error_details = $4, ${released} WHERE id = $1`,
      [file.fileId, ...troubleOf(error)],
    );
    await addEvent(client, file.jobId, file.state === "pending" ? "download_error" : "load_error", {
      ...itemOf(file),
      code: error.code,
      message: error.message,
    });
  });
}
