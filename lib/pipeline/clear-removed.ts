import { rm } from "node:fs/promises";
import path from "node:path";
import { dropJob } from "@/lib/load/drop-job";
import { env } from "@/lib/settings/env";
import { log } from "@/lib/settings/log";
import { isRemoved } from "@/lib/store/job-orders";

/**
 * After a step that lost its lease: where its job was removed meanwhile, what the step has written since goes
 * too (patients' data on disk, empty partitions), for nobody else would ever look for it. Never throws.
 */
export async function clearRemoved(jobId: string): Promise<void> {
  try {
    if (!(await isRemoved(jobId))) return;
    await dropJob(jobId);
    await rm(path.join(env().BULK_DIR, jobId), { recursive: true, force: true });
    log().info({ jobId }, "removed meanwhile: nothing of it stays");
  } catch (error) {
    log().warn({ jobId, err: error }, "what is left of a removed job is not cleared");
  }
}
