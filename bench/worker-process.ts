import { runWorker } from "@/lib/pipeline/worker";
import { closeDatabase, database } from "@/lib/store/client";
import { standBack } from "@/lib/store/stand-back";
import { standBackIn } from "@/lib/store/stand-back-in";

// The worker as it is installed, which tells its peak memory, and its CPU since it began, when it is asked
// to end.

// As start/worker does.
standBack();
standBackIn(database().pool);
// It has a session of its own, so nothing else ends it where the bench is killed.
process.once("disconnect", () => process.exit());
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
