import type { JobSummary } from "@/lib/contract/job";

export type StageView = {
  name: "kickoff" | "poll" | "download" | "load" | "done";
  state: "done" | "now" | "stopped" | "waiting";
  startedAt: string | null;
  endedAt: string | null;
};

/**
 * The stages with their times. Files load as they arrive, so download and load share their start;
 * a job that failed or was cancelled stopped in the first stage without an end.
 */
export function stagesOf(
  job: Pick<
    JobSummary,
    "status" | "created_at" | "kicked_off_at" | "prepared_at" | "downloaded_at" | "ended_at"
  >,
): StageView[] {
  const completed = job.status === "completed";
  const stopped = job.status === "failed" || job.status === "cancelled";
  const ends: [StageView["name"], string | null, string | null][] = [
    ["kickoff", job.created_at, job.kicked_off_at],
    ["poll", job.kicked_off_at, job.prepared_at],
    ["download", job.prepared_at, job.downloaded_at],
    ["load", job.prepared_at, completed ? job.ended_at : null],
  ];
  const views: StageView[] = [];
  let reached = true;
  for (const [name, startedAt, endedAt] of ends) {
    const done = completed || (reached && endedAt !== null);
    const open = reached && !done;
    // Loading goes on while files arrive: both are under way at once.
    const beside =
      name === "load" && !done && !stopped && job.prepared_at !== null && views[2]?.state === "now";
    views.push({
      name,
      state: done ? "done" : open ? (stopped ? "stopped" : "now") : beside ? "now" : "waiting",
      startedAt: reached || done || beside ? startedAt : null,
      endedAt: done ? endedAt : open && stopped ? job.ended_at : null,
    });
    if (!done) reached = false;
  }
  views.push({
    name: "done",
    state: completed ? "done" : "waiting",
    startedAt: completed ? job.ended_at : null,
    endedAt: completed ? job.ended_at : null,
  });
  return views;
}
