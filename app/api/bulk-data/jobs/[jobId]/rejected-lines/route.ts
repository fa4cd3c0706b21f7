import { JobParams, RejectedLineList, RejectedLinesQuery } from "@/lib/contract/job";
import { ndjsonFile } from "@/lib/http/ndjson-file";
import { route } from "@/lib/http/route";
import { audit } from "@/lib/store/audit";
import { jobExists } from "@/lib/store/jobs";
import { listRejectedLines, rejectedLinesAsNdjson } from "@/lib/store/rejected-lines";

/** The lines as pages, or with `?format=ndjson` all of them as a file (which the audit trail keeps). */
export const GET = route(
  {
    access: "read",
    params: JobParams,
    query: RejectedLinesQuery,
    answer: RejectedLineList,
    file: "application/x-ndjson",
  },
  async ({ actor, params: { jobId }, query }) => {
    await jobExists(jobId);
    if (query.format !== "ndjson") {
      return listRejectedLines(jobId, { page: query.page, pageSize: query.page_size });
    }
    await audit({ actor: actor.label, action: "rejected-lines.download", target: jobId });
    return ndjsonFile(rejectedLinesAsNdjson(jobId), `rejected-lines-${jobId}.ndjson`);
  },
);
