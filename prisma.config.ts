import { defineConfig } from "prisma/config";

/** For Prisma's own command line (studio, migrate status); Bulkhouse itself reads lib/settings/env. */
export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  ...(process.env.DATABASE_URL ? { datasource: { url: process.env.DATABASE_URL } } : {}),
});
