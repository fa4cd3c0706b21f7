import { log } from "@/lib/settings/log";
import {
  type ClaimedPeople,
  releasePeople,
  renewPeople,
  writeClaimedPeople,
} from "@/lib/store/people-claims";
import { isLeaseLost } from "./advance-job";
import { underLease } from "./under-lease";

/** Whoever takes the job away (a removal, a retry) is waited for by nobody longer than so. */
const lookEveryMs = 1_000;
/** After a failure; the first chart that asks makes it itself until then. */
const againInMinutes = 10;

/** What charts of some sexes and ages read of a settled job. Never throws, as advanceJob. */
export async function advancePeople(
  claimed: ClaimedPeople,
  { leaseSeconds, signal }: { leaseSeconds: number; signal?: AbortSignal },
): Promise<void> {
  const { jobId } = claimed;
  const startedAt = performance.now();
  try {
    await underLease(
      {
        what: `people of job ${jobId}`,
        leaseSeconds,
        renew: () => renewPeople(claimed, leaseSeconds),
        everyMs: lookEveryMs,
        signal,
      },
      (lost) => writeClaimedPeople(claimed, lost),
    );
    log().info({ jobId, ms: Math.round(performance.now() - startedAt) }, "people are known");
  } catch (error) {
    if (isLeaseLost(error)) return log().info({ jobId }, "people: lease lost");
    if (!signal?.aborted) log().warn({ jobId, err: error }, "people not made: later again");
    // Where that cannot be written the lease runs out.
    await releasePeople(claimed, signal?.aborted ? 0 : againInMinutes).catch(() => {});
  }
}
