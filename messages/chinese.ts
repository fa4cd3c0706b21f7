import type { Messages } from "./english";
import connections from "./zh-CN/connections.json";
import data from "./zh-CN/data.json";
import errors from "./zh-CN/errors.json";
import exports from "./zh-CN/exports.json";
import frame from "./zh-CN/frame.json";
import help from "./zh-CN/help.json";
import jobs from "./zh-CN/jobs.json";
import overview from "./zh-CN/overview.json";
import session from "./zh-CN/session.json";
import settings from "./zh-CN/settings.json";
import visualize from "./zh-CN/visualize.json";
import warnings from "./zh-CN/warnings.json";

/** The same in Simplified Chinese. */
export const chinese: Messages = {
  errors,
  frame,
  connections,
  exports,
  help,
  jobs,
  overview,
  visualize,
  data,
  session,
  settings,
  warnings,
};
