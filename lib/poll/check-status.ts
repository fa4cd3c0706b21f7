import { AppError } from "@/lib/errors";
import { readOutcome } from "@/lib/fhir/outcome-text";
import { readJson } from "@/lib/fhir/read-json";
import { readText } from "@/lib/fhir/read-text";
import { commonRefusal, type Refusal, readRefusal } from "@/lib/fhir/refusal";
import { retryAfter } from "@/lib/fhir/retry-after";
import { type Deps, send } from "@/lib/fhir/send";
import { type Manifest, readManifest } from "./manifest";

export type ExportStatus =
  | {
      state: "waiting";
      /** not before then */
      retryAt: Date;
      /** X-Progress, the server's own words */
      progress: string | null;
    }
  | {
      state: "ready";
      manifest: Manifest;
      /** as the server sent it */
      raw: unknown;
    };

/**
 * Asks once how far an export is (Bulk Data Access, Status Request).
 * @param input.polls how often it has been asked before: without Retry-After the wait doubles from
 *   1 s to 1 min, of which the last quarter is by chance, so that many jobs do not ask at once
 * @throws AppError export-error, export-gone, too-many-files, manifest-invalid, not-fhir,
 *   access-refused; retryable: rate-limited (always with retryAt; no failure of the export),
 *   server-error, not-fhir (a gateway's page, a body that broke off); as `send`
 */
export async function checkStatus(
  input: {
    statusUrl: string;
    token: string | null;
    polls?: number;
    random?: () => number;
    signal?: AbortSignal;
    now?: Date;
  },
  deps: Deps = {},
): Promise<ExportStatus> {
  const { statusUrl, token, polls = 2, random = Math.random, signal } = input;
  const headers = { Accept: "application/json" };
  const response = await send({ url: statusUrl, token, headers, signal }, deps);
  // Version 3, separate-export-status: HTTP speaks of this request, the header of the export.
  const separate = /^\s*([1-5]\d\d)\b/.exec(response.headers.get("x-export-status") ?? "")?.[1];
  const status = response.ok && separate ? Number(separate) : response.status;
  const now = input.now ?? deps.now?.() ?? new Date();

  if (status === 202) {
    // Read to its end, so that the next poll uses the same connection.
    await readText(response);
    const waitMs = Math.min(2 ** Math.min(polls, 6), 60) * 1_000 * (0.75 + random() / 4);
    const suggested = new Date(now.getTime() + Math.round(waitMs));
    return {
      state: "waiting",
      retryAt: retryAfter(response.headers.get("retry-after"), now) ?? suggested,
      progress: progressOf(response.headers.get("x-progress")),
    };
  }
  if (response.ok && status < 300) {
    const raw = await manifestJson(response);
    const outcome = readOutcome(JSON.stringify(raw));
    if (!outcome.fhir) return { state: "ready", manifest: readManifest(raw, statusUrl), raw };
    // A failure under 200: what it says is known, so nobody has to hear of a damaged manifest.
    const { host } = new URL(statusUrl);
    const reason = outcome.text || "OperationOutcome";
    if (outcome.transient) throw new AppError("server-error", { host, status, reason });
    throw new AppError("export-error", { reason });
  }

  const refusal: Refusal = { ...(await readRefusal(response, now)), status };
  const { reason, evidence } = refusal;
  // The public reference server says this in plain text, with 413.
  if (status === 413 || /too many files/i.test(reason)) {
    throw new AppError("too-many-files", { reason }, { evidence });
  }
  if ((status === 404 || status === 410) && !refusal.transient) {
    throw new AppError("export-gone", { status }, { evidence });
  }
  // Under X-Export-Status the request itself went well: what is told is the export's end.
  const considered = (response.ok || (status === 500 && refusal.fhir)) && !refusal.transient;
  const common = considered ? null : commonRefusal(refusal, now);
  throw common ?? new AppError("export-error", { reason }, { evidence });
}

/**
 * The server's own words. A header is a character for each byte (RFC 9110, 5.5), and servers that do not
 * speak English write UTF-8 into it.
 */
function progressOf(header: string | null): string | null {
  let words = header?.trim() ?? "";
  try {
    words = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(words, "latin1"));
  } catch {
    // No UTF-8: Latin-1, as it stands there.
  }
  return words.slice(0, 200).toWellFormed() || null;
}

/** A page that a gateway puts in place of the answer, or half of one, says nothing about the export. */
async function manifestJson(response: Response): Promise<unknown> {
  try {
    return await readJson(response);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "not-fhir") throw error;
    const { cause, evidence } = error;
    throw new AppError(error.code, error.params, { cause, evidence, retryable: true });
  }
}
