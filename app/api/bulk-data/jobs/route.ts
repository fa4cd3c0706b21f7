import { JobList, JobListQuery } from "@/lib/contract/job";
import { route } from "@/lib/http/route";
import { jobList } from "@/lib/store/jobs";

export const GET = route({ access: "read", query: JobListQuery, answer: JobList }, ({ query }) =>
  jobList(query),
);
