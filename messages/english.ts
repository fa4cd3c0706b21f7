import connections from "./en/connections.json";
import data from "./en/data.json";
import errors from "./en/errors.json";
import exports from "./en/exports.json";
import frame from "./en/frame.json";
import help from "./en/help.json";
import jobs from "./en/jobs.json";
import overview from "./en/overview.json";
import session from "./en/session.json";
import settings from "./en/settings.json";
import visualize from "./en/visualize.json";
import warnings from "./en/warnings.json";

/** One file a namespace; the shape that the other language has to match. */
export const english = {
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

export type Messages = typeof english;
