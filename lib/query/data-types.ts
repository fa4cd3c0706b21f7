import type { DataTypes } from "@/lib/contract/data";
import { resourcesByType } from "./charts/resources-by-type";

/** The resource types that the chosen jobs (none chosen: all) hold, with their rows. */
export async function dataTypes(job: string[] = []): Promise<DataTypes> {
  return resourcesByType({ job });
}
