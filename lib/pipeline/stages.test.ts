import { expect, test } from "vitest";
import { JobStage } from "@/lib/contract/job";
import { hasEnded, stages, stageToRetry } from "./stages";

test("every stage of the contract is either on the way or an end", () => {
  expect(JobStage.options.filter((stage) => !hasEnded(stage))).toEqual([...stages]);
});

test("a failed job goes on where its work is worth keeping", () => {
  const job = {
    files: 0,
    expiredFiles: 0,
    statusUrl: "https://x/status/1",
    errorCode: "server-error",
  };
  expect(stageToRetry({ ...job, files: 7, errorCode: "files-failed" })).toBe("download");
  expect(stageToRetry({ ...job, files: 7, expiredFiles: 2 })).toBe("poll");
  expect(stageToRetry(job)).toBe("poll");
  expect(stageToRetry({ ...job, errorCode: "export-gone" })).toBe("kickoff");
  expect(stageToRetry({ ...job, statusUrl: null, errorCode: "smart-auth-failed" })).toBe("kickoff");
});
