import type { ChartQuery } from "@/lib/contract/chart";
import { AppError } from "@/lib/errors";

/** @throws AppError invalid-request where a chart of one code is asked for without it */
export function requiredCode(query: ChartQuery): string {
  if (!query.code) throw new AppError("invalid-request", { reason: "code: this chart needs one" });
  return query.code;
}
