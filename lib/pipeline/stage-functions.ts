import { fetchFile } from "@/lib/download/fetch-file";
import { loadFile } from "@/lib/load/load-file";
import { loadFiles } from "@/lib/load/load-files";
import { prepareJob } from "@/lib/load/prepare-job";
import { restartLoad } from "@/lib/load/restart-load";
import { settleJob } from "@/lib/load/settle-job";
import { checkStatus } from "@/lib/poll/check-status";
import { deleteExport } from "@/lib/poll/delete-export";
import { admitAddress, authorize } from "./authorize";
import { kickOffInDialect } from "./kick-off-in-dialect";

/** What the pipeline does its steps with; a test may put others in their place. */
export const stageFunctions = {
  admitAddress,
  authorize,
  kickOff: kickOffInDialect,
  checkStatus,
  deleteExport,
  fetchFile,
  prepareJob,
  loadFile,
  loadFiles,
  restartLoad,
  settleJob,
};
