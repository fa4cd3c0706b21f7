import type { AppError } from "@/lib/errors";

/** A failed step that will be tried again. */
export type Retry = {
  error: AppError;
  delayMs: number;
  /** against the budget of tries */
  counted: boolean;
  /** all waits that the server has asked for so far */
  putOffMs?: number;
  /** the server asked for this wait */
  asked?: boolean;
};

/** What a job or file row keeps of a failure, ready as SQL parameters. */
export function troubleOf(
  error: AppError,
  { putOffMs, asked }: Pick<Retry, "putOffMs" | "asked"> = {},
): [code: string, message: string, details: string] {
  return [
    error.code,
    error.message,
    JSON.stringify({
      params: error.params,
      ...(error.evidence ? { evidence: error.evidence } : {}),
      ...(putOffMs ? { put_off_ms: Math.round(putOffMs) } : {}),
      ...(asked ? { asked } : {}),
    }),
  ];
}

/** SQL: for how long the server has put off what stands in row `alias`, in ms. */
export const putOffMsSql = (alias: string) =>
  `coalesce((${alias}.error_details->>'put_off_ms')::float8, 0)`;
