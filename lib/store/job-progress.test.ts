import { expect, test } from "vitest";
import { completenessOf } from "./completeness";
import { type ProgressFacts, progressRatio, progressSentence } from "./job-progress";

const job: ProgressFacts = {
  stage: "kickoff",
  serverProgress: null,
  files: 0,
  filesDownloaded: 0,
  filesLoaded: 0,
  filesFailed: 0,
  expected: null,
  lines: 0,
  records: 0,
  rejected: 0,
  mismatched: 0,
  serverErrors: 0,
  trouble: null,
  attempts: 0,
  waitSeconds: null,
};
const files = { files: 22, filesDownloaded: 14, filesLoaded: 10, records: 48_210 };

test.each<[Partial<ProgressFacts>, string]>([
  [{ waitSeconds: 15 }, "Queued: starts in 15 s"],
  [{ waitSeconds: 60, trouble: "Slow down." }, "Queued; waiting, next try in 60 s: Slow down."],
  [{ stage: "poll" }, "Preparing on the server"],
  [{ stage: "poll", serverProgress: "40%" }, "Preparing on the server: 40%"],
  [
    { stage: "poll", serverProgress: "Processing, 40% complete" },
    "Preparing on the server: 40% (Processing, 40% complete)",
  ],
  [{ stage: "poll", serverProgress: "in queue" }, "Preparing on the server (in queue)"],
  [{ stage: "download", ...files }, "Downloading: 14 of 22 files, 48,210 records"],
  [{ stage: "load", ...files }, "Loading: 10 of 22 files, 48,210 records"],
  [{ stage: "done", ...files }, "Completed: 22 files, 48,210 records"],
  [
    { stage: "done", files: 1, records: 9, rejected: 1 },
    "Completed: 1 file, 9 records, 1 line rejected",
  ],
  [
    { stage: "done", files: 3, records: 9, mismatched: 1, serverErrors: 2 },
    "Completed: 3 files, 9 records, 1 file not as announced, 2 errors of the server",
  ],
  [{ stage: "failed", trouble: "The server refused." }, "Failed: The server refused."],
  [{ stage: "cancelled", records: 1 }, "Cancelled: 1 record kept"],
])("progress of %j is the sentence %j", (change, expected) => {
  expect(progressSentence({ ...job, ...change })).toBe(expected);
});

test("how far a job is comes from the server, the manifest's counts, or the files", () => {
  const ratio = (change: Partial<ProgressFacts>) => progressRatio({ ...job, ...change });
  expect(ratio({})).toBeNull();
  expect(ratio({ stage: "poll", serverProgress: "about 12.5 % done" })).toBe(0.125);
  expect(ratio({ stage: "load", ...files, expected: 1000, lines: 250 })).toBe(0.25);
  expect(ratio({ stage: "load", files: 4, filesDownloaded: 4, filesLoaded: 2 })).toBe(0.75);
  expect(ratio({ stage: "done" })).toBe(1);
});

test("complete is only what can be shown to be complete", () => {
  const totals = { files: 2, expected: 20, rejected: 0, server_errors: 0 };
  const all = { mismatched: 0, unread: 0 };
  expect(completenessOf("done", totals, all)).toBe("complete");
  expect(completenessOf("load", totals, all)).toBe("unknown");
  expect(completenessOf("done", { ...totals, expected: null }, all)).toBe("unknown");
  expect(completenessOf("done", { ...totals, files: 0 }, all)).toBe("unknown");
  expect(completenessOf("done", totals, { ...all, mismatched: 1 })).toBe("incomplete");
  expect(completenessOf("done", totals, { ...all, unread: 1 })).toBe("incomplete");
  expect(completenessOf("done", { ...totals, rejected: 1 }, all)).toBe("incomplete");
  expect(completenessOf("done", { ...totals, server_errors: 1 }, all)).toBe("incomplete");
  expect(completenessOf("failed", totals, all)).toBe("incomplete");
});
