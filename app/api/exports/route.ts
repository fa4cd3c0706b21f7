import { StartExportAnswer, StartExportBody } from "@/lib/contract/export-request";
import { route } from "@/lib/http/route";
import { startExport } from "@/lib/pipeline/commands";
import { audit } from "@/lib/store/audit";

export const POST = route(
  { access: "write", body: StartExportBody, answer: StartExportAnswer },
  async ({ actor, body }) => {
    const started = await startExport(body, actor);
    await audit({
      actor: actor.label,
      action: "job.start",
      target: started.batch_id,
      details: { connection_id: body.connection_id, job_ids: started.job_ids },
    });
    return started;
  },
);
