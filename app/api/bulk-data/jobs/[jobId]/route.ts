import { JobDetail, JobParams, RemoveJobAnswer, RemoveJobQuery } from "@/lib/contract/job";
import { route } from "@/lib/http/route";
import { cancelJob, purgeJob } from "@/lib/pipeline/commands";
import { audit } from "@/lib/store/audit";
import { jobDetail } from "@/lib/store/jobs";

export const GET = route({ access: "read", params: JobParams, answer: JobDetail }, ({ params }) =>
  jobDetail(params.jobId),
);

/** Cancels a running job; with `?purge=true` removes an ended one with its rows and files. */
export const DELETE = route(
  { access: "write", params: JobParams, query: RemoveJobQuery, answer: RemoveJobAnswer },
  async ({ actor, params: { jobId }, query }) => {
    if (query.purge) {
      await purgeJob(jobId);
      await audit({ actor: actor.label, action: "job.purge", target: jobId });
      return { job_id: jobId, purged: true as const };
    }
    const job = await cancelJob(jobId, actor);
    await audit({ actor: actor.label, action: "job.cancel", target: jobId });
    return job;
  },
);
