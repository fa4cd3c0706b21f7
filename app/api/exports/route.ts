import { StartExportAnswer, StartExportBody } from "@/lib/contract/export-request";
import { ExportList, JobListQuery } from "@/lib/contract/job";
import { route } from "@/lib/http/route";
import { startExport } from "@/lib/pipeline/commands";
import { audit } from "@/lib/store/audit";
import { exportList } from "@/lib/store/jobs";

/** The list of jobs, those that were started together as one. */
export const GET = route({ access: "read", query: JobListQuery, answer: ExportList }, ({ query }) =>
  exportList(query),
);

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
