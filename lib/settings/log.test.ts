import pg from "pg";
import { expect, test, vi } from "vitest";
import { z } from "zod";
import { AppError } from "@/lib/errors";

/** What one line of the log holds of an error. */
async function logged(err: unknown): Promise<{ text: string; err: Record<string, unknown> }> {
  vi.resetModules();
  vi.stubEnv("LOG_LEVEL", "info");
  const { logTo } = await import("./log");
  let text = "";
  logTo({
    write: (line: string) => {
      text += line;
    },
  }).error({ err }, "unexpected error");
  return { text, err: JSON.parse(text).err };
}

const thrown = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

function databaseError(message: string, fields: object) {
  return Object.assign(new pg.DatabaseError(message, message.length, "error"), {
    severity: "ERROR",
    ...fields,
  });
}

test.each<[string, unknown]>([
  [
    "a row that PostgreSQL quotes",
    databaseError('new row violates check constraint "positive"', {
      code: "23514",
      table: "patients",
      detail: "Failing row contains (7, Smith, 1980-01-01).",
    }),
  ],
  [
    "a value that PostgreSQL quotes",
    databaseError('invalid input syntax for type integer: "Smith "Bob""', {
      code: "22P02",
      where: 'COPY patients, line 3, column family_name: "Smith"',
    }),
  ],
  ["a text that is not JSON", thrown(() => JSON.parse('Smith "was" here'))],
  [
    "an error within another",
    new Error("load", { cause: databaseError("x", { code: "22000", detail: "(Smith)" }) }),
  ],
  ["several at once", new AggregateError([thrown(() => JSON.parse("Smith"))], "all failed")],
  [
    "a server's words and their evidence",
    new AppError(
      "kickoff-refused",
      { status: 400, reason: "Patient Smith" },
      { evidence: { answer: "Smith" } },
    ),
  ],
  ["a shape that does not fit", thrown(() => z.object({ n: z.number() }).parse({ n: "Smith" }))],
  [
    "arguments that Prisma prints",
    Object.assign(
      new Error('Invalid `prisma.user.create()`:\n{ name: "Smith" }\nArgument `name` is missing.'),
      { name: "PrismaClientValidationError", meta: { name: "Smith" } },
    ),
  ],
])("the log does not repeat %s", async (_what, error) => {
  const { text } = await logged(error);
  expect(text).not.toContain("Smith");
});

test("the log tells enough to find the fault", async () => {
  const { err } = await logged(
    databaseError('column "x" does not exist', { code: "42703", table: "patients" }),
  );
  expect(err).toMatchObject({
    type: "error",
    message: 'column "x" does not exist',
    code: "42703",
    table: "patients",
  });
  expect((err.stack as string[])[0]).toMatch(/^at .*log\.test\.ts/);
});
