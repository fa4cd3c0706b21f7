import type { ConnectionView } from "@/lib/contract/connection";
import type { JobSummary } from "@/lib/contract/job";

/**
 * How many of the five steps of the guided start are done: a connection, its test, an export, the
 * export watched to its end. Steps are taken in order: whoever exported without a test has tested.
 */
export function guideSteps(
  connections: Pick<ConnectionView, "last_test">[],
  jobs: Pick<JobSummary, "status">[],
): number {
  if (jobs.some(({ status }) => status === "completed")) return 4;
  if (jobs.length > 0) return 3;
  if (connections.some(({ last_test }) => last_test?.ok)) return 2;
  return connections.length > 0 ? 1 : 0;
}
