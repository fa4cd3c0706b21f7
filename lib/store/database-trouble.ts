import { AppError } from "@/lib/errors";

/** SQLSTATE classes and codes of a server that is away, starting, stopping or out of connections. */
const sqlStates = /^(08...|57P0[1-5]|53300)$/;
const codes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
  "ENOENT",
  "P1001",
  "P1002",
  "P1008",
  "P1017",
  "P2024",
]);
const words =
  /Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Can't reach database|DatabaseNotReachable|ConnectionClosed|not queryable|Cannot use a pool after/i;

/**
 * Is this the database being away, which passes by itself, rather than a statement that is wrong?
 * Only for errors that come out of a query: ECONNREFUSED means something else elsewhere.
 * @returns database-unavailable, or null for any other error
 */
export function databaseTrouble(error: unknown): AppError | null {
  const {
    code,
    message = "",
    errors,
  } = (error ?? {}) as {
    code?: string;
    message?: string;
    errors?: unknown[];
  };
  // Several addresses of one host were tried (::1 and 127.0.0.1).
  if (error instanceof AggregateError && errors?.[0]) return databaseTrouble(errors[0]);
  const away =
    (code !== undefined && (sqlStates.test(code) || codes.has(code))) ||
    // The database itself is missing or being restored.
    code === "3D000" ||
    code === "55006" ||
    words.test(message);
  if (!away) return null;
  return new AppError(
    "database-unavailable",
    { reason: code ?? "connection lost" },
    { cause: error },
  );
}
