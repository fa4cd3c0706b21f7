import path from "node:path";
import { z } from "zod";

/** An empty variable (as compose files and .env leave them) is an unset one. */
const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === "" ? undefined : value), schema.optional());
const number = (fallback: number, min: number, max: number) =>
  z.preprocess(
    (value) => (value === "" || value === undefined ? fallback : value),
    z.coerce.number().min(min).max(max),
  );

const Environment = z.object({
  PORT: number(3000, 1, 65_535),
  /** unset: the embedded PostgreSQL; the starter fills it in for the processes it starts */
  DATABASE_URL: optional(z.string()),
  DATA_DIR: optional(z.string()),
  BULK_DIR: optional(z.string()),
  /** seconds without a byte from a FHIR server before we give the request up */
  HTTP_TIMEOUT_READ: number(60, 1, 3_600),
  ADMIN_EMAIL: optional(z.email()),
  ADMIN_PASSWORD: optional(z.string()),
  ETL_API_KEY: optional(z.string().min(16, "needs at least 16 characters")),
  NEXTAUTH_SECRET: optional(z.string().min(16, "needs at least 16 characters")),
  NEXTAUTH_URL: optional(z.url()),
  ENCRYPTION_KEY: optional(z.string().min(16, "needs at least 16 characters")),
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  /** hosts beside a connection's own server that may get its token, for all connections: "a.org b.org:8443" */
  TOKEN_HOSTS: z
    .string()
    .default("")
    .transform((text) =>
      text
        .toLowerCase()
        .split(/[\s,]+/)
        .filter(Boolean),
    ),
  /** hours that a server may take to prepare an export, where the export names no limit of its own */
  EXPORT_LIMIT_HOURS: number(30 * 24, 0.001, 8_760),
  /** hours that a server's progress may stand still */
  EXPORT_STALL_HOURS: number(48, 0.001, 8_760),
  /** files and jobs that one worker process advances at once */
  WORKER_CONCURRENCY: number(4, 1, 64),
  /** seconds that a claim holds without a renewal; another worker takes over after that */
  WORKER_LEASE_SECONDS: number(20, 1, 600),
  /** an NDJSON line above this is rejected by name instead of filling the memory */
  MAX_LINE_BYTES: number(64 * 1024 * 1024, 1024, 512 * 1024 * 1024),
});

export type Env = Omit<z.infer<typeof Environment>, "DATA_DIR" | "BULK_DIR"> & {
  DATA_DIR: string;
  BULK_DIR: string;
};

/**
 * Checks the settings and fills in the defaults; paths come out absolute.
 * @throws Error that names every variable that is wrong
 */
export function parseEnv(source: Record<string, string | undefined>): Env {
  const parsed = Environment.safeParse(source);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`Settings are wrong (see .env.example):\n${lines.join("\n")}`);
  }
  // The bundler would trace the whole project for a path that it cannot know.
  const dataDir = path.resolve(/* turbopackIgnore: true */ parsed.data.DATA_DIR ?? "data");
  return {
    ...parsed.data,
    DATA_DIR: dataDir,
    BULK_DIR: path.resolve(
      /* turbopackIgnore: true */ parsed.data.BULK_DIR ?? path.join(dataDir, "bulk"),
    ),
  };
}

let cached: Env | undefined;

/** The settings in force; the only reader of process.env in lib/. */
export function env(): Env {
  cached ??= parseEnv(process.env);
  return cached;
}
