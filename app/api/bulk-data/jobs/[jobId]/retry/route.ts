import { JobDetail, JobParams } from "@/lib/contract/job";
import { route } from "@/lib/http/route";
import { retryJob } from "@/lib/pipeline/commands";
import { audit } from "@/lib/store/audit";

export const POST = route(
  { access: "write", params: JobParams, answer: JobDetail },
  async ({ actor, params }) => {
    const job = await retryJob(params.jobId, actor);
    await audit({ actor: actor.label, action: "job.retry", target: job.job_id });
    return job;
  },
);
