import { EventList, EventsQuery, JobParams } from "@/lib/contract/job";
import { route } from "@/lib/http/route";
import { listEvents } from "@/lib/store/events";
import { jobExists } from "@/lib/store/jobs";

/** The job's log: the newest lines, or those after the event `after`. */
export const GET = route(
  { access: "read", params: JobParams, query: EventsQuery, answer: EventList },
  async ({ params: { jobId }, query }) => {
    await jobExists(jobId);
    return listEvents(jobId, query);
  },
);
