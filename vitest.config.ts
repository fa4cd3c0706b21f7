import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/**
 * Two projects: `unit` (x.test.ts: pure, no network but loopback, no database) and `db`
 * (x.db.test.ts: against a real PostgreSQL that start/test-database.ts brings up; each file gets a
 * database of its own, cloned from a migrated template).
 */
const alias = { "@": import.meta.dirname };
const ignored = ["node_modules/**", ".next/**", "e2e/**", "data/**"];

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: "unit",
          include: ["**/*.test.ts", "**/*.test.tsx"],
          exclude: [...ignored, "**/*.db.test.ts"],
          testTimeout: 20_000,
          // By default one core is left out, which is half of two.
          maxWorkers: availableParallelism(),
        },
      },
      {
        resolve: { alias },
        test: {
          name: "db",
          include: ["**/*.db.test.ts"],
          exclude: ignored,
          globalSetup: ["start/test-database.ts"],
          // They wait more than they compute; more at once would use up the server's connections.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
