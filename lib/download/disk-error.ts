import { AppError } from "@/lib/errors";

/** @returns null where the error is not one of the file system */
export function diskError(error: unknown, folder: string): AppError | null {
  const { code, syscall } = (error ?? {}) as { code?: unknown; syscall?: unknown };
  if (typeof code !== "string" || typeof syscall !== "string") return null;
  const ours = [
    "open",
    "write",
    "writev",
    "fsync",
    "rename",
    "mkdir",
    "close",
    "copyfile",
    "ftruncate",
  ];
  if (!ours.includes(syscall)) return null;
  if (["ECONNRESET", "EPIPE", "ETIMEDOUT"].includes(code)) return null;
  if (["ENOSPC", "EDQUOT", "EFBIG"].includes(code)) {
    return new AppError("disk-full", { path: folder }, { cause: error });
  }
  return new AppError("disk-refused", { path: folder, reason: code }, { cause: error });
}

/** `work`, whose file system errors become disk-full and disk-refused. */
export async function onDisk<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskError(error, folder) ?? error;
  }
}
