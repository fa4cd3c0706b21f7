import { copyFile, mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { AppError } from "@/lib/errors";
import { networkError } from "@/lib/fhir/network-error";
import { commonRefusal, readRefusal } from "@/lib/fhir/refusal";
import { type Deps, readTimeout, send } from "@/lib/fhir/send";
import { withoutQuery } from "@/lib/fhir/web-address";
import { diskError, onDisk } from "./disk-error";
import { bootedAt, type HeldPart, newPart, removeParts } from "./parts";
import { noteBeside, noteOf, type ResumeNote, writeNote } from "./resume-note";

/** What is shorter is sooner fetched again than gone on with. */
const worthResumingBytes = 1024 * 1024;

export type FetchFileOptions = {
  url: string;
  /** null where the manifest says `requiresAccessToken: false` */
  token: string | null;
  path: string;
  /** application/fhir+ndjson unless told */
  accept?: string;
  /** throws where the answer, whose body is still to come, is not what was asked for; a web page unless told */
  admit?: (response: Response) => void;
  /** where it lies until it is whole (lib/download/parts) */
  part?: string;
  /**
   * what an earlier try left: the server is asked for the rest alone; null: of an earlier try there is
   * nothing to go on with; undefined: this is the first try
   */
  held?: HeldPart | null;
  /** uncompressed bytes so far, all of them readable in the part */
  onBytes?: (sizeBytes: number) => void;
  /** everything has arrived: the network is not needed any more */
  onReceived?: () => void;
  /** awaited before the whole part gets the file's name */
  beforeNaming?: (sizeBytes: number) => Promise<void>;
  /** asked when the download has failed: does somebody need what has arrived? */
  isNeeded?: () => boolean;
  /** what is no longer than this is given back too, so that nobody need read it again */
  contentBytes?: number;
  signal?: AbortSignal;
  readTimeoutMs?: number;
};

/**
 * Brings one file of the manifest to disk (Bulk Data Access, Output File Request). `path` exists
 * only as a whole: the bytes go to a part beside it, reach the disk (fsync), and the part is renamed
 * (`syncFolder` makes the name last); two calls at once do not disturb each other. Of a download that
 * broke off the part stays where the server can be asked to go on from there (Range with If-Range), or
 * where `isNeeded`. Memory does not grow with the file.
 * @returns sizeBytes on disk, uncompressed; the same bytes as `content` where they were wanted
 * @throws AppError access-refused (401), download-expired (404, 410), download-refused; retryable:
 *   not-fhir (a web page), download-short, connection-cut, timeout-exceeded, server-error,
 *   rate-limited, disk-full, disk-refused; the signal's reason where it was aborted
 */
export async function fetchFile(
  input: FetchFileOptions,
  deps: Deps = {},
): Promise<{ sizeBytes: number; content?: Buffer }> {
  const { response, held } = await requested(input, deps);
  if (!held && response.status !== 200) throw await refused(response, deps.now?.() ?? new Date());

  try {
    (input.admit ?? noWebPage)(response);
  } catch (error) {
    await response.body?.cancel();
    throw error;
  }
  const folder = path.dirname(input.path);
  const part = input.part ?? newPart(input.path);
  const note = held?.note ?? noteOf(response, bootedAt);
  const kept = { noted: false };
  try {
    const { sizeBytes, content } = await written(response, {
      ...input,
      part,
      held,
      note,
      folder,
      kept,
    });
    checkLength(response, sizeBytes, held);
    await input.beforeNaming?.(sizeBytes);
    // Whoever still writes to another part cannot give it the name any more.
    if (input.held !== undefined) await removeParts(input.path, [part]);
    await onDisk(folder, () => rename(part, input.path));
    if (kept.noted) await rm(noteBeside(part), { force: true }).catch(() => {});
    return content ? { sizeBytes, content } : { sizeBytes };
  } catch (error) {
    const full = error instanceof AppError && error.code === "disk-full";
    if (!input.isNeeded?.() && (full || !kept.noted)) {
      await rm(part, { force: true }).catch(() => {});
      await rm(noteBeside(part), { force: true }).catch(() => {});
    }
    throw error;
  }
}

function noWebPage(response: Response): void {
  const contentType = response.headers.get("content-type")?.split(";")[0]?.trim() ?? "";
  if (/html/i.test(contentType)) {
    // Most such pages come from something in between that is not well for a while.
    const params = { url: withoutQuery(response.url), contentType };
    throw new AppError("not-fhir", params, { retryable: true });
  }
}

/**
 * Asks for the rest of what is held, where something is; for the whole file where the server does not
 * go on from there: another version, no ranges, an answer that does not fit.
 */
async function requested(
  { url, token, signal, readTimeoutMs, held, ...input }: FetchFileOptions,
  deps: Deps,
): Promise<{ response: Response; held: HeldPart | null }> {
  const accept = { Accept: input.accept ?? "application/fhir+ndjson" };
  const plain = () => {
    const headers = { ...accept, "Accept-Encoding": "gzip" };
    return send({ url, token, headers, signal, readTimeoutMs }, deps);
  };
  if (!held) return { response: await plain(), held: null };
  const headers = {
    ...accept,
    // The ranges are those of the file, not of a compressed form of it.
    "Accept-Encoding": "identity",
    Range: `bytes=${held.sizeBytes}-`,
    "If-Range": held.note.validator.value,
  };
  const response = await send({ url, token, headers, signal, readTimeoutMs }, deps);
  if (response.status === 206 && goesOn(response, held)) return { response, held };
  if (response.status !== 206 && response.status !== 416) return { response, held: null };
  await response.body?.cancel();
  return { response: await plain(), held: null };
}

/** Is this 206 the rest of the same version, from the byte asked for to the end? */
function goesOn({ headers }: Response, { note, sizeBytes }: HeldPart): boolean {
  if (headers.get("content-encoding")) return false;
  const version = headers.get(note.validator.name);
  if (version !== null && version.trim() !== note.validator.value) return false;
  const [, from, to, all] =
    /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get("content-range") ?? "") ?? [];
  if (Number(from) !== sizeBytes || Number(to) + 1 !== Number(all)) return false;
  return note.sizeBytes === null || note.sizeBytes === Number(all);
}

async function written(
  response: Response,
  input: FetchFileOptions & {
    part: string;
    folder: string;
    held: HeldPart | null;
    note: ResumeNote | null;
    kept: { noted: boolean };
  },
): Promise<{ sizeBytes: number; content: Buffer | null }> {
  const { part, folder, held, note, kept, onBytes, signal, contentBytes = 0 } = input;
  let pieces: Uint8Array[] | null = contentBytes > 0 && !held ? [] : null;
  const readTimeoutMs = input.readTimeoutMs ?? readTimeout();
  const file = await onDisk(folder, async () => {
    if (!held) {
      return await open(part, "wx", 0o600).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error;
        await mkdir(folder, { recursive: true });
        return open(part, "wx", 0o600);
      });
    }
    await copyFile(held.path, part);
    const copy = await open(part, "a");
    // Somebody may have written on meanwhile.
    await copy.truncate(held.sizeBytes);
    return copy;
  });
  let sizeBytes = held?.sizeBytes ?? 0;
  try {
    if (held) onBytes?.(sizeBytes);
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      signal?.throwIfAborted();
      for (let at = 0; at < chunk.byteLength; ) {
        const { bytesWritten } = await file.write(chunk, at, chunk.byteLength - at);
        at += bytesWritten;
      }
      sizeBytes += chunk.byteLength;
      if (sizeBytes > contentBytes) pieces = null;
      pieces?.push(chunk);
      if (note && !kept.noted && sizeBytes >= worthResumingBytes) {
        await onDisk(folder, () => writeNote(part, note));
        kept.noted = true;
      }
      onBytes?.(sizeBytes);
    }
    input.onReceived?.();
    await onDisk(folder, () => file.sync());
    return { sizeBytes, content: pieces && Buffer.concat(pieces) };
  } catch (error) {
    signal?.throwIfAborted();
    throw diskError(error, folder) ?? networkError(error, response.url, readTimeoutMs);
  } finally {
    await file.close().catch(() => {});
  }
}

/** A proxy can end a body politely and too early; with a Content-Encoding only the transfer knows. */
function checkLength({ headers }: Response, received: number, held: HeldPart | null): void {
  const announced = held
    ? (headers.get("content-range")?.split("/")[1] ?? null)
    : headers.get("content-length");
  if (announced === null || headers.get("content-encoding")) return;
  const expected = Number(announced);
  if (Number.isInteger(expected) && expected !== received) {
    throw new AppError("download-short", { received, expected });
  }
}

async function refused(response: Response, now: Date): Promise<AppError> {
  const refusal = await readRefusal(response, now);
  const { status, reason, evidence } = refusal;
  const gone = status === 404 || status === 410 || (status === 403 && /expire/i.test(reason));
  if (gone) return new AppError("download-expired", { status }, { evidence });
  const common = status === 403 ? null : commonRefusal(refusal, now);
  return common ?? new AppError("download-refused", { status, reason }, { evidence });
}
