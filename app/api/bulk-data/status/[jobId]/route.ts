import { JobParams } from "@/lib/contract/job";
import { route } from "@/lib/http/route";
import { jobDetail } from "@/lib/store/jobs";

export const GET = route({ access: "read", params: JobParams }, ({ params }) =>
  jobDetail(params.jobId),
);
