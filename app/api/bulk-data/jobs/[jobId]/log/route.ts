import { JobParams } from "@/lib/contract/job";
import { ndjsonFile } from "@/lib/http/ndjson-file";
import { route } from "@/lib/http/route";
import { exportLogAsNdjson } from "@/lib/store/export-log";
import { jobExists } from "@/lib/store/jobs";

/** The job's log as a file, in the form that the field's tools share. */
export const GET = route(
  { access: "read", params: JobParams, file: "application/x-ndjson" },
  async ({ params: { jobId } }) => {
    await jobExists(jobId);
    return ndjsonFile(exportLogAsNdjson(jobId), `log-${jobId}.ndjson`);
  },
);
