import { createTranslator } from "use-intl/core";
import en from "@/messages/en/errors.json";
import enWarnings from "@/messages/en/warnings.json";

/** Every failure that a person or a script can meet has a code; its words are in messages/<locale>/errors.json. */
export type ErrorCode = keyof typeof en;

/** Values for the words: plain text and numbers, never patient data, never secrets. */
export type ErrorParams = Record<string, string | number>;

type Kind = {
  /** the HTTP status that our own API answers with */
  status: number;
  /** may the pipeline try the same step again by itself? */
  retryable: boolean;
};

const input: Kind = { status: 400, retryable: false };
const conflict: Kind = { status: 409, retryable: false };
const upstream: Kind = { status: 502, retryable: false };
const upstreamTransient: Kind = { status: 502, retryable: true };

/** The one table from code to status; the compiler holds it complete. */
const kinds: Record<ErrorCode, Kind> = {
  "invalid-request": input,
  "filter-parameter": input,
  "config-not-json": input,
  "config-unrecognised": input,
  "config-missing-field": input,
  "config-too-large": { status: 413, retryable: false },
  "key-missing": input,
  "key-public-only": input,
  "key-unsupported": input,
  "key-encrypted": input,
  "key-unreadable": input,
  "key-several": input,
  "key-algorithm-mismatch": input,
  "url-invalid": input,
  "not-signed-in": { status: 401, retryable: false },
  "api-key-refused": { status: 401, retryable: false },
  "sign-in-refused": { status: 401, retryable: false },
  "password-wrong": { status: 422, retryable: false },
  "password-same": input,
  "too-many-attempts": { status: 429, retryable: false },
  forbidden: { status: 403, retryable: false },
  "cross-site": { status: 403, retryable: false },
  "invitation-invalid": { status: 410, retryable: false },
  "password-weak": input,
  "email-taken": conflict,
  "last-administrator": conflict,
  "not-found": { status: 404, retryable: false },
  "connection-in-use": conflict,
  "connection-changed": conflict,
  "key-too-new": conflict,
  "job-not-ended": conflict,
  "job-ended": conflict,
  "job-not-resumable": conflict,
  "no-whole-export": conflict,
  "host-unreachable": upstreamTransient,
  "certificate-refused": upstream,
  "connection-cut": upstreamTransient,
  "timeout-exceeded": { status: 504, retryable: true },
  "server-error": upstreamTransient,
  "rate-limited": { status: 503, retryable: true },
  "encoding-unknown": upstream,
  "put-off": { status: 504, retryable: false },
  "not-fhir": upstream,
  "discovery-failed": upstream,
  "smart-auth-failed": upstream,
  "smart-auth-unknown-key": upstream,
  "smart-auth-unknown-client": upstream,
  "smart-auth-wrong-audience": upstream,
  "smart-auth-registration-expired": upstream,
  "smart-auth-scope-refused": upstream,
  "smart-auth-clock": upstream,
  "clock-differs": upstream,
  "smart-auth-not-token": upstream,
  "access-refused": upstream,
  "bearer-refused": upstream,
  "token-host": upstream,
  "groups-not-listed": upstream,
  "kickoff-refused": upstream,
  "kickoff-no-status-url": upstream,
  "export-error": upstream,
  "export-gone": upstream,
  "export-stalled": { status: 504, retryable: false },
  "export-over-limit": { status: 504, retryable: false },
  "too-many-files": upstream,
  "manifest-invalid": upstream,
  "search-refused": upstream,
  "search-ignored": upstream,
  "search-invalid": upstream,
  "search-unavailable": upstream,
  "members-unknown": upstream,
  "download-refused": upstream,
  "download-short": upstreamTransient,
  "download-expired": upstream,
  "attachment-host": { status: 400, retryable: false },
  "attachment-gone": upstream,
  "attachment-not-document": upstream,
  "files-failed": upstream,
  "disk-full": { status: 507, retryable: true },
  "disk-refused": { status: 500, retryable: true },
  "file-unreadable": { status: 500, retryable: true },
  "database-unavailable": { status: 503, retryable: true },
  "secret-unreadable": { status: 500, retryable: false },
  "migration-failed": { status: 503, retryable: false },
  "migration-changed": { status: 503, retryable: false },
  "migration-unknown": { status: 503, retryable: false },
  "migration-unfinished": { status: 503, retryable: false },
  "not-ready": { status: 503, retryable: true },
  internal: { status: 500, retryable: false },
};

const english = createTranslator({ locale: "en", messages: en as Record<string, string> });

/**
 * The only error that crosses a room. `message` is the English sentence, fit for people and scripts;
 * what only the log may know goes into `cause`. The browser shows the same code and params in the
 * reader's language.
 */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly status: number;
  readonly retryable: boolean;

  constructor(
    readonly code: ErrorCode,
    readonly params: ErrorParams = {},
    options: {
      cause?: unknown;
      /** overrides the code's default, where the case at hand is known better */
      retryable?: boolean;
      /** the server asked us to wait until then */
      retryAt?: Date;
      /** evidence for the person: the server's raw answer (shortened), the request line */
      evidence?: Record<string, unknown>;
    } = {},
  ) {
    super(english(code, params), { cause: options.cause });
    this.status = kinds[code].status;
    this.retryable = options.retryable ?? kinds[code].retryable;
    this.retryAt = options.retryAt;
    this.evidence = options.evidence;
  }

  readonly retryAt: Date | undefined;
  readonly evidence: Record<string, unknown> | undefined;
}

/** The codes, for the test that holds table and message files together. */
export const errorCodes = Object.keys(kinds) as ErrorCode[];

/** What a person should know about a job that did not fail; words in messages/<locale>/warnings.json. */
export type WarningCode = keyof typeof enWarnings;

const englishWarning = createTranslator({
  locale: "en",
  messages: enWarnings as Record<string, string>,
});

/** The English sentence of a warning, for scripts. */
export const warningText = (code: WarningCode, params: ErrorParams = {}): string =>
  englishWarning(code, params);
