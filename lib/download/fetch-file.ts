import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { AppError } from "@/lib/errors";
import { networkError } from "@/lib/fhir/network-error";
import { commonRefusal, readRefusal } from "@/lib/fhir/refusal";
import { type Deps, readTimeout, send } from "@/lib/fhir/send";
import { withoutQuery } from "@/lib/fhir/web-address";

/** A part that nobody has written to for so long belongs to a process that was killed. */
const abandonedMs = 60 * 60_000;

/**
 * Brings one file of the manifest to disk (Bulk Data Access, Output File Request). `path` exists
 * only as a whole: the bytes go to a file of another name in the same folder, reach the disk
 * (fsync) and are renamed. Killed at any moment, a later call does it all again; two calls at once
 * do not disturb each other. Memory does not grow with the file.
 * @param input.token null where the manifest says `requiresAccessToken: false`
 * @param input.onBytes uncompressed bytes so far
 * @returns sizeBytes on disk, uncompressed
 * @throws AppError access-refused (401), download-expired (404, 410), download-refused, not-fhir (a
 *   web page); retryable: download-short, connection-cut, timeout-exceeded, server-error,
 *   rate-limited, disk-full, disk-refused; the signal's reason where it was aborted
 */
export async function fetchFile(
  input: {
    url: string;
    token: string | null;
    path: string;
    onBytes?: (sizeBytes: number) => void;
    signal?: AbortSignal;
    readTimeoutMs?: number;
  },
  deps: Deps = {},
): Promise<{ sizeBytes: number }> {
  const { url, token, signal, readTimeoutMs } = input;
  const headers = { Accept: "application/fhir+ndjson", "Accept-Encoding": "gzip" };
  const response = await send({ url, token, headers, signal, readTimeoutMs }, deps);
  if (response.status !== 200) throw await refused(response, deps.now?.() ?? new Date());

  const contentType = response.headers.get("content-type")?.split(";")[0]?.trim() ?? "";
  if (/html/i.test(contentType)) {
    await response.body?.cancel();
    throw new AppError("not-fhir", { url: withoutQuery(url), contentType });
  }
  const folder = path.dirname(input.path);
  const part = `${input.path}.part-${randomBytes(6).toString("hex")}`;
  try {
    const sizeBytes = await written(response, part, folder, input);
    checkLength(response, sizeBytes);
    await onDisk(folder, () => rename(part, input.path));
    await settled(folder, path.basename(input.path));
    return { sizeBytes };
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    throw error;
  }
}

async function written(
  response: Response,
  part: string,
  folder: string,
  input: { onBytes?: (sizeBytes: number) => void; signal?: AbortSignal; readTimeoutMs?: number },
): Promise<number> {
  const { onBytes, signal, readTimeoutMs = readTimeout() } = input;
  const file = await onDisk(folder, async () => {
    await mkdir(folder, { recursive: true });
    return open(part, "wx", 0o600);
  });
  let sizeBytes = 0;
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      signal?.throwIfAborted();
      for (let at = 0; at < chunk.byteLength; ) {
        const { bytesWritten } = await file.write(chunk, at, chunk.byteLength - at);
        at += bytesWritten;
      }
      sizeBytes += chunk.byteLength;
      onBytes?.(sizeBytes);
    }
    await onDisk(folder, () => file.sync());
    return sizeBytes;
  } catch (error) {
    signal?.throwIfAborted();
    throw diskError(error, folder) ?? networkError(error, response.url, readTimeoutMs);
  } finally {
    await file.close().catch(() => {});
  }
}

/** A proxy can end a body politely and too early; with a Content-Encoding only the transfer knows. */
function checkLength(response: Response, received: number): void {
  const announced = response.headers.get("content-length");
  if (announced === null || response.headers.get("content-encoding")) return;
  const expected = Number(announced);
  if (Number.isInteger(expected) && expected !== received) {
    throw new AppError("download-short", { received, expected });
  }
}

/** Makes the new name last through a power cut, and clears what killed attempts left. */
async function settled(folder: string, name: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    // Windows has no fsync of a folder.
    if (process.platform !== "win32") throw diskError(error, folder) ?? error;
  }
  for (const entry of await readdir(folder)) {
    if (!entry.startsWith(`${name}.part-`)) continue;
    const part = path.join(folder, entry);
    const touched = await stat(part).catch(() => null);
    if (touched && Date.now() - touched.mtimeMs > abandonedMs) await rm(part, { force: true });
  }
}

async function onDisk<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskError(error, folder) ?? error;
  }
}

/** @returns null where the error is not one of the file system */
function diskError(error: unknown, folder: string): AppError | null {
  const { code, syscall } = (error ?? {}) as { code?: unknown; syscall?: unknown };
  if (typeof code !== "string" || typeof syscall !== "string") return null;
  if (!["open", "write", "writev", "fsync", "rename", "mkdir", "close"].includes(syscall)) {
    return null;
  }
  if (["ECONNRESET", "EPIPE", "ETIMEDOUT"].includes(code)) return null;
  if (["ENOSPC", "EDQUOT", "EFBIG"].includes(code)) {
    return new AppError("disk-full", { path: folder }, { cause: error });
  }
  return new AppError("disk-refused", { path: folder, reason: code }, { cause: error });
}

async function refused(response: Response, now: Date): Promise<AppError> {
  const refusal = await readRefusal(response, now);
  const { status, reason, evidence } = refusal;
  const gone = status === 404 || status === 410 || (status === 403 && /expire/i.test(reason));
  if (gone) return new AppError("download-expired", { status }, { evidence });
  const common = status === 403 ? null : commonRefusal(refusal, now);
  return common ?? new AppError("download-refused", { status, reason }, { evidence });
}
