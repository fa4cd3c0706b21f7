import { runWorker } from "@/lib/pipeline/worker";
import { parseEnv } from "@/lib/settings/env";
import { closeDatabase, database } from "@/lib/store/client";
import { standBack } from "@/lib/store/stand-back";
import { standBackIn } from "@/lib/store/stand-back-in";
import { openDatabase } from "./application";

/**
 * `npm run worker`, and the service `etl-service` of docker-compose.yml: the pipeline alone. Any
 * number may run; each applies the migrations that it finds missing.
 */
export default async function worker(): Promise<void> {
  standBack();
  const ending = new AbortController();
  let asked = 0;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (asked && Date.now() - asked > 1_000) process.exit(1);
      asked ||= Date.now();
      ending.abort();
    });
  }
  const { postgres } = await openDatabase(parseEnv(process.env), {
    // Under a starter, which has told it already.
    quiet: Boolean(process.channel),
  });
  standBackIn(database().pool);
  try {
    if (!ending.signal.aborted) await runWorker({ signal: ending.signal });
  } finally {
    await closeDatabase();
    if (postgres && !postgres.reused) await postgres.stop();
  }
  process.exit(0);
}
