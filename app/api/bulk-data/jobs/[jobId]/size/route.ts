import { JobParams, JobSize } from "@/lib/contract/job";
import { route } from "@/lib/http/route";
import { jobSize } from "@/lib/pipeline/job-size";

/** What removing the job frees. */
export const GET = route({ access: "read", params: JobParams, answer: JobSize }, ({ params }) =>
  jobSize(params.jobId),
);
