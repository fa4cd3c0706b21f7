import { JobDetail, ResumeBody } from "@/lib/contract/job";
import { route } from "@/lib/http/route";
import { resumeExport } from "@/lib/pipeline/commands";
import { audit } from "@/lib/store/audit";

export const POST = route(
  { access: "write", body: ResumeBody, answer: JobDetail },
  async ({ actor, body }) => {
    const job = await resumeExport(body, actor);
    await audit({ actor: actor.label, action: "job.resume", target: job.job_id });
    return job;
  },
);
