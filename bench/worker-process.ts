import { constants, setPriority } from "node:os";
import { runWorker } from "@/lib/pipeline/worker";
import { closeDatabase } from "@/lib/store/client";

// The worker as it is installed, which tells its peak memory, and its CPU since it began, when it is asked
// to end.

// As start/worker does.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
const ending = new AbortController();
process.on("message", async (message) => {
  if (message === "begin") {
    const before = process.cpuUsage();
    await runWorker({ signal: ending.signal });
    await closeDatabase();
    const { user, system } = process.cpuUsage(before);
    process.send?.({
      peakRssMb: process.resourceUsage().maxRSS / 1024,
      cpuSeconds: (user + system) / 1e6,
    });
    process.disconnect?.();
  } else ending.abort();
});
process.send?.("ready");
