import type { Dialect, ExportRequest } from "@/lib/contract/export-request";
import { AppError } from "@/lib/errors";
import { readJson } from "@/lib/fhir/read-json";
import { commonRefusal, readRefusal } from "@/lib/fhir/refusal";
import { type Deps, send } from "@/lib/fhir/send";
import { keepTls, webAddress, withoutQuery } from "@/lib/fhir/web-address";
import { exportRequestLine } from "./export-request-line";

/**
 * Starts an export (Bulk Data Access, Kick-off Request).
 * @returns statusUrl: the server's Content-Location, absolute; requestUrl: what was asked
 * @throws AppError kickoff-refused, kickoff-no-status-url, too-many-files, not-fhir, access-refused,
 *   url-invalid, and the retryable rate-limited and server-error; as `send`
 */
export async function kickOff(
  input: {
    fhirBaseUrl: string;
    level: "system" | "patient" | "group";
    groupId: string | null;
    request: ExportRequest;
    dialect?: Dialect;
    token: string | null;
    signal?: AbortSignal;
    readTimeoutMs?: number;
  },
  deps: Deps = {},
): Promise<{ statusUrl: string; requestUrl: string }> {
  const now = deps.now?.() ?? new Date();
  const line = exportRequestLine(input);
  const { token, signal, readTimeoutMs } = input;
  const response = await send({ ...line, token, signal, readTimeoutMs }, deps);
  const { status } = response;

  if (response.ok) {
    const location = response.headers.get("content-location");
    if (location) {
      await response.body?.cancel();
      return { statusUrl: statusUrlOf(location, line.url), requestUrl: line.url };
    }
    const isPage = /html/.test(response.headers.get("content-type") ?? "");
    if (isPage) await readJson(response);
    else await response.body?.cancel();
    throw new AppError("kickoff-no-status-url", { status });
  }

  const refusal = await readRefusal(response, now);
  const { reason } = refusal;
  const evidence = { ...refusal.evidence, request: `${line.method} ${line.url}` };
  if (status === 413 || /too many files/i.test(reason)) {
    throw new AppError("too-many-files", { reason }, { evidence });
  }
  // A 500 with an OperationOutcome is the server's considered answer, not an accident.
  const considered = status === 500 && refusal.fhir && !refusal.transient;
  const common = considered ? null : commonRefusal(refusal, now);
  throw common ?? new AppError("kickoff-refused", { status, reason }, { evidence });
}

/** The token goes along at every poll, so it must not leave TLS. */
function statusUrlOf(location: string, asked: string): string {
  const url = keepTls(webAddress(location, asked), asked);
  if (asked.startsWith("https:") && url.protocol === "http:") {
    throw new AppError("url-invalid", { url: withoutQuery(url.href), reason: "downgrade" });
  }
  return url.href;
}
