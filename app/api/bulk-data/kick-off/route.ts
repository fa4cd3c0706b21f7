import { KickOffBody } from "@/lib/contract/export-request";
import { JobDetail } from "@/lib/contract/job";
import { route } from "@/lib/http/route";
import { kickOffJob } from "@/lib/pipeline/commands";
import { audit } from "@/lib/store/audit";

export const POST = route(
  { access: "write", body: KickOffBody, answer: JobDetail },
  async ({ actor, body }) => {
    const job = await kickOffJob(body, actor);
    await audit({ actor: actor.label, action: "job.start", target: job.job_id });
    return job;
  },
);
