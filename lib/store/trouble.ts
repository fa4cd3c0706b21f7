import type { AppError } from "@/lib/errors";

/** What a job or file row keeps of a failure, ready as SQL parameters. */
export function troubleOf(error: AppError): [code: string, message: string, details: string] {
  return [
    error.code,
    error.message,
    JSON.stringify({
      params: error.params,
      ...(error.evidence ? { evidence: error.evidence } : {}),
    }),
  ];
}
