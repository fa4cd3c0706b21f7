// The process that advances jobs (`npm run worker`; `npm start` runs it beside the web server).
// It stops on SIGTERM, on SIGINT, and when the process that started it is gone.
import { runWorker } from "@/lib/pipeline/worker";
import { log } from "@/lib/settings/log";
import { closeDatabase } from "@/lib/store/client";

const patienceMs = 10_000;
const stop = new AbortController();

function stopSoon(): void {
  if (stop.signal.aborted) return;
  stop.abort();
  // What does not end in time is left to its lease.
  setTimeout(() => process.exit(0), patienceMs).unref();
}

for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, stopSoon);
process.on("disconnect", stopSoon);

try {
  await runWorker({ signal: stop.signal });
  await closeDatabase();
  process.exit(0);
} catch (error) {
  log().fatal({ err: error }, "the worker cannot run");
  process.exit(1);
}
