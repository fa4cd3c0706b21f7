import { JobDetail, JobParams, StatusQuery } from "@/lib/contract/job";
import { route } from "@/lib/http/route";
import { jobDetail } from "@/lib/store/jobs";

/** `GET /api/bulk-data/status/{job_id}?files=all` */
export const GET = route(
  { access: "read", params: JobParams, query: StatusQuery, answer: JobDetail },
  ({ params, query }) => jobDetail(params.jobId, query),
);
