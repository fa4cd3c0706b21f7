const important = new Set(["warn", "error", "fatal"]);

/** Of a program that logs JSON lines: warnings and errors as one readable line, and what is no JSON. */
export function importantLine(line: string): string | undefined {
  if (!line.startsWith("{")) return line.trim() === "" ? undefined : line;
  try {
    const entry: { level?: string; msg?: string; err?: { message?: string }; code?: string } =
      JSON.parse(line);
    if (!important.has(entry.level ?? "")) return undefined;
    return [entry.level, entry.msg, entry.err?.message ?? entry.code].filter(Boolean).join(": ");
  } catch {
    return line;
  }
}

/** Of Next's own output: what went wrong, not its banner. */
export function importantNextLine(line: string): string | undefined {
  if (line.startsWith("{")) return importantLine(line);
  return /error|warn|⨯|⚠|EADDR|failed/i.test(line) ? line : undefined;
}
