import type { DataTypes } from "@/lib/contract/data";
import { resourcesByType } from "./charts/resources-by-type";

/** The resource types that the chosen jobs (none chosen: all) hold, of one patient or all, with their rows. */
export async function dataTypes(job: string[] = [], patient?: string): Promise<DataTypes> {
  return resourcesByType({ job, patient });
}
