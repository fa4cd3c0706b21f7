import { IncrementalAnswer } from "@/lib/contract/export-request";
import { JobParams } from "@/lib/contract/job";
import { route } from "@/lib/http/route";
import { exportChanges } from "@/lib/pipeline/commands";
import { audit } from "@/lib/store/audit";

export const POST = route(
  { access: "write", params: JobParams, answer: IncrementalAnswer },
  async ({ actor, params }) => {
    const started = await exportChanges(params.jobId, actor);
    await audit({
      actor: actor.label,
      action: "job.start",
      target: started.batch_id,
      details: { since: started.since, job_ids: started.job_ids },
    });
    return started;
  },
);
