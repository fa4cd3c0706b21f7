import { JobListQuery } from "@/lib/contract/job";
import { route } from "@/lib/http/route";
import { jobList } from "@/lib/store/jobs";

export const GET = route({ access: "read", query: JobListQuery }, ({ query }) => jobList(query));
