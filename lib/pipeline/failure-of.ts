import { randomUUID } from "node:crypto";
import { AppError } from "@/lib/errors";
import { log } from "@/lib/settings/log";
import { databaseTrouble } from "@/lib/store/database-trouble";

/**
 * Any error of a step as one that a person can read. What nobody foresaw goes to the log in full,
 * under a reference that the person gets.
 * @param where ids for the log: { jobId, stage, … }
 */
export function failureOf(error: unknown, where: Record<string, unknown>): AppError {
  if (error instanceof AppError) return error;
  const { code, path, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new AppError("disk-full", { path: path ?? "BULK_DIR" }, { cause: error });
  }
  if (code && ["EACCES", "EPERM", "EROFS", "EIO"].includes(code)) {
    return new AppError(
      "disk-refused",
      { path: path ?? "BULK_DIR", reason: code },
      { cause: error },
    );
  }
  // Deadlock, serialization, a lock not had in time: another's work was in the way, which passes.
  if (code && ["40P01", "40001", "55P03"].includes(code)) {
    return new AppError("database-unavailable", { reason: code }, { cause: error });
  }
  // A path that is missing is no database.
  const trouble = code === "ENOENT" && syscall !== "connect" ? null : databaseTrouble(error);
  if (trouble) return trouble;
  const reference = randomUUID().slice(0, 8);
  log().error({ err: error, reference, ...where }, "unexpected error");
  return new AppError("internal", { reference }, { cause: error });
}
