import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { z } from "zod";
import { env } from "./env";

const Stored = z.object({
  encryption_key: z.string().min(32),
  session_secret: z.string().min(32),
  database_password: z.string().min(32),
});

export type Secrets = {
  /** 32 bytes, for AES-256-GCM */
  encryptionKey: Buffer;
  /** signs the session cookies */
  sessionSecret: string;
  /** of the embedded PostgreSQL's user */
  databasePassword: string;
};

/**
 * Makes the file once and reads it ever after. Two processes that start together agree: the file
 * appears whole (link of a finished temporary file) and the second one reads the first one's.
 */
function stored(file: string): z.infer<typeof Stored> {
  const read = () => Stored.parse(JSON.parse(readFileSync(file, "utf8")));
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw new Error(
        `${file} cannot be read as the secrets of this installation. Restore it from a backup: without it stored private keys cannot be decrypted.`,
        { cause: error },
      );
    }
  }
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  const made = {
    encryption_key: randomBytes(32).toString("base64url"),
    session_secret: randomBytes(32).toString("base64url"),
    database_password: randomBytes(24).toString("base64url"),
  };
  writeFileSync(temporary, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  try {
    try {
      linkSync(temporary, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error;
      // Some mounted folders have no hard links; a copy that refuses to overwrite is next best.
      copyFileSync(temporary, file, constants.COPYFILE_EXCL);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  return read();
}

/**
 * The secrets in force: ENCRYPTION_KEY and NEXTAUTH_SECRET where they are set, else those that were
 * made once and are kept in DATA_DIR/secrets.json (mode 0600).
 */
export function secretsOf(settings: {
  DATA_DIR: string;
  ENCRYPTION_KEY?: string;
  NEXTAUTH_SECRET?: string;
}): Secrets {
  const { ENCRYPTION_KEY, NEXTAUTH_SECRET } = settings;
  const kept = stored(path.join(settings.DATA_DIR, "secrets.json"));
  return {
    // Hashing gives 32 bytes whatever the length of what was set; the entropy is the setter's.
    encryptionKey: createHash("sha256")
      .update(ENCRYPTION_KEY ?? kept.encryption_key)
      .digest(),
    sessionSecret: NEXTAUTH_SECRET ?? kept.session_secret,
    databasePassword: kept.database_password,
  };
}

let cached: Secrets | undefined;

/** The secrets of this process's settings. */
export function secrets(): Secrets {
  cached ??= secretsOf(env());
  return cached;
}
