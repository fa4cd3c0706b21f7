import pino from "pino";
import { env } from "./env";

let logger: pino.Logger | undefined;

/**
 * The log of this process: JSON lines on standard output. It holds ids, counts and codes; never
 * patient data, never secrets.
 */
export function log(): pino.Logger {
  logger ??= pino({
    level: env().LOG_LEVEL,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
  return logger;
}
