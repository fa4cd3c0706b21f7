import { open } from "node:fs/promises";
import { diskError } from "./disk-error";

/**
 * Makes the names in a folder last through a power cut: once for all files that have got theirs.
 * @throws AppError disk-full, disk-refused
 */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } catch (error) {
    // Windows has no fsync of a folder.
    if (process.platform !== "win32") throw diskError(error, folder) ?? error;
  }
}
