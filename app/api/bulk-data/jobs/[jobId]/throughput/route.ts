import { JobParams, Throughput } from "@/lib/contract/job";
import { route } from "@/lib/http/route";
import { jobExists } from "@/lib/store/jobs";
import { throughputOf } from "@/lib/store/throughput";

/** Records and bytes over the job's life. */
export const GET = route(
  { access: "read", params: JobParams, answer: Throughput },
  async ({ params: { jobId } }) => {
    await jobExists(jobId);
    return throughputOf(jobId);
  },
);
