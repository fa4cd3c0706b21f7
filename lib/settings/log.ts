import pino from "pino";
import { env } from "./env";
import { errorForLog } from "./error-for-log";

/** A log that writes JSON lines to `destination` (standard output unless told). */
export function logTo(destination?: pino.DestinationStream): pino.Logger {
  const options: pino.LoggerOptions = {
    level: env().LOG_LEVEL,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: (error: unknown) => errorForLog(error) },
  };
  return destination ? pino(options, destination) : pino(options);
}

let logger: pino.Logger | undefined;

/**
 * The log of this process: JSON lines on standard output. It holds ids, counts and codes; never
 * patient data, never secrets.
 */
export function log(): pino.Logger {
  logger ??= logTo();
  return logger;
}
