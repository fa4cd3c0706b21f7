import type { ChartScope } from "@/lib/browser/charts-queries";

/** What every card is told: the jobs it draws from, and how to say so. */
export type Scope = ChartScope & { source: string };

/** Where the rows behind a bar are to be seen; the Data page filters by one job at most. */
export function dataPath(scope: Scope, query: Record<string, string>): string | undefined {
  if (scope.jobs.length > 1) return undefined;
  return `/data?${new URLSearchParams({ ...query, ...(scope.jobs[0] ? { job: scope.jobs[0] } : {}) })}`;
}
