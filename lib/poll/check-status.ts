import { AppError } from "@/lib/errors";
import { readJson } from "@/lib/fhir/read-json";
import { readText } from "@/lib/fhir/read-text";
import { commonRefusal, readRefusal } from "@/lib/fhir/refusal";
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
 *   1 s to 1 min
 * @throws AppError export-error, export-gone, too-many-files, manifest-invalid, not-fhir,
 *   access-refused; retryable: rate-limited (always with retryAt; no failure of the export),
 *   server-error; as `send`
 */
export async function checkStatus(
  input: {
    statusUrl: string;
    token: string | null;
    polls?: number;
    signal?: AbortSignal;
    now?: Date;
  },
  deps: Deps = {},
): Promise<ExportStatus> {
  const { statusUrl, token, polls = 2, signal } = input;
  const headers = { Accept: "application/json" };
  const response = await send({ url: statusUrl, token, headers, signal }, deps);
  const { status } = response;
  const now = input.now ?? deps.now?.() ?? new Date();

  if (status === 202) {
    // Read to its end, so that the next poll uses the same connection.
    await readText(response);
    const suggested = new Date(now.getTime() + Math.min(2 ** Math.min(polls, 6), 60) * 1000);
    return {
      state: "waiting",
      retryAt: retryAfter(response.headers.get("retry-after"), now) ?? suggested,
      progress: response.headers.get("x-progress")?.trim().slice(0, 200) || null,
    };
  }
  if (response.ok) {
    const raw = await readJson(response);
    return { state: "ready", manifest: readManifest(raw, statusUrl), raw };
  }

  const refusal = await readRefusal(response, now);
  const { reason, evidence } = refusal;
  // The public reference server says this in plain text, with 413.
  if (status === 413 || /too many files/i.test(reason)) {
    throw new AppError("too-many-files", { reason }, { evidence });
  }
  if ((status === 404 || status === 410) && !refusal.transient) {
    throw new AppError("export-gone", { status }, { evidence });
  }
  const considered = status === 500 && refusal.fhir && !refusal.transient;
  const common = considered ? null : commonRefusal(refusal, now);
  throw common ?? new AppError("export-error", { reason }, { evidence });
}
