import { FileList, FileListQuery, JobParams } from "@/lib/contract/job";
import { route } from "@/lib/http/route";
import { fileList } from "@/lib/store/job-files";
import { jobExists } from "@/lib/store/jobs";

/** The job's files: sorted, filtered and paged. */
export const GET = route(
  { access: "read", params: JobParams, query: FileListQuery, answer: FileList },
  async ({ params: { jobId }, query }) => {
    await jobExists(jobId);
    return fileList(jobId, query);
  },
);
