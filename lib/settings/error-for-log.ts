/** Fields of file system, network and PostgreSQL errors that name things of ours, never values. */
const safeFields = ["code", "syscall", "severity", "table", "column", "constraint", "routine"];

type Fields = Record<string, unknown> & {
  name?: string;
  message?: string;
  stack?: string;
  issues?: { path?: PropertyKey[]; code?: string }[];
};

/** From the first quote to the last: what is quoted may hold quotes itself. */
const unquoted = (text: string) => text.replace(/(["“]).*(["”])/s, "$1…$2");

/**
 * The message without what it may quote. PostgreSQL's data exceptions (class 22) and JSON's syntax
 * errors repeat the value that they refuse, Prisma's the arguments of the call.
 */
function messageOf(error: Fields): string {
  const { name = "", message = "", code } = error;
  // The words of ours may hold the server's, and those anything.
  if (name === "AppError") return String(code);
  if (Array.isArray(error.issues)) {
    return error.issues
      .slice(0, 5)
      .map((issue) => `${issue.path?.map(String).join(".")}: ${issue.code}`)
      .join("; ");
  }
  if (name.startsWith("Prisma")) return unquoted(message.trim().split("\n").at(-1) ?? "");
  const quotes = name === "SyntaxError" || ("severity" in error && /^22/.test(String(code)));
  return quotes ? unquoted(message) : message;
}

/**
 * An error as the log may hold it: kind, code, place in our code, and words without the data that they
 * quote. pino's own way writes every field, of which PostgreSQL's `detail` and `where` repeat whole
 * rows ("Failing row contains (…)", "COPY patients, line 3: …").
 */
export function errorForLog(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const fields = error as unknown as Fields;
  const frames = error.stack?.match(/^ +at .*$/gm)?.map((frame) => frame.trim());
  const nested = [
    ...(error.cause === undefined ? [] : [error.cause]),
    ...(error instanceof AggregateError ? error.errors : []),
  ];
  return {
    type: error.name,
    message: messageOf(fields),
    ...Object.fromEntries(
      safeFields
        .filter((name) => ["string", "number"].includes(typeof fields[name]))
        .map((name) => [name, fields[name]]),
    ),
    ...(frames ? { stack: frames } : {}),
    ...(nested.length > 0 && depth < 5
      ? { causes: nested.slice(0, 5).map((cause) => errorForLog(cause, depth + 1)) }
      : {}),
  };
}
