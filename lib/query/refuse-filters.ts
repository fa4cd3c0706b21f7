import type { ChartQuery } from "@/lib/contract/chart";
import { AppError } from "@/lib/errors";

/** @throws AppError invalid-request where a filter is asked for that has no effect yet */
export function refuseFilters({ sex, age, from, to }: Partial<ChartQuery>): void {
  if (sex?.length || age?.length || from || to) {
    throw new AppError("invalid-request", { reason: "sex, age, from, to: have no effect yet" });
  }
}
