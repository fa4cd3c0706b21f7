// Makes prisma/generated from prisma/schema.prisma. Every command of Prisma's CLI first fetches a
// schema engine from a host that closed networks do not reach; `generate` does not need it, so any
// existing file stands in for it.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const prisma = createRequire(import.meta.url).resolve("prisma/build/index.js");
const result = spawnSync(process.execPath, [prisma, "generate"], {
  stdio: ["ignore", "ignore", "inherit"],
  env: {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: "1",
    // It would else ask a host of Prisma's for newer versions.
    CHECKPOINT_DISABLE: "1",
  },
});
process.exit(result.status ?? 1);
