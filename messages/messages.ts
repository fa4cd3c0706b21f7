import enConnections from "./en/connections.json";
import enData from "./en/data.json";
import enErrors from "./en/errors.json";
import enExports from "./en/exports.json";
import enFrame from "./en/frame.json";
import enJobs from "./en/jobs.json";
import enOverview from "./en/overview.json";
import enSession from "./en/session.json";
import enSettings from "./en/settings.json";
import enVisualize from "./en/visualize.json";
import enWarnings from "./en/warnings.json";
import zhConnections from "./zh-CN/connections.json";
import zhData from "./zh-CN/data.json";
import zhErrors from "./zh-CN/errors.json";
import zhExports from "./zh-CN/exports.json";
import zhFrame from "./zh-CN/frame.json";
import zhJobs from "./zh-CN/jobs.json";
import zhOverview from "./zh-CN/overview.json";
import zhSession from "./zh-CN/session.json";
import zhSettings from "./zh-CN/settings.json";
import zhVisualize from "./zh-CN/visualize.json";
import zhWarnings from "./zh-CN/warnings.json";

/** One file a namespace and language; English is the shape that the other has to match. */
const en = {
  errors: enErrors,
  frame: enFrame,
  connections: enConnections,
  exports: enExports,
  jobs: enJobs,
  overview: enOverview,
  visualize: enVisualize,
  data: enData,
  session: enSession,
  settings: enSettings,
  warnings: enWarnings,
};

export type Messages = typeof en;

export const locales = ["en", "zh-CN"] as const;
export type Locale = (typeof locales)[number];

const all: Record<Locale, Messages> = {
  en,
  "zh-CN": {
    errors: zhErrors,
    frame: zhFrame,
    connections: zhConnections,
    exports: zhExports,
    jobs: zhJobs,
    overview: zhOverview,
    visualize: zhVisualize,
    data: zhData,
    session: zhSession,
    settings: zhSettings,
    warnings: zhWarnings,
  },
};

/** The words of one language. */
export function messages(locale: Locale): Messages {
  return all[locale];
}
