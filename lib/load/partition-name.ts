import type { DataTable } from "@/lib/store/data-tables";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * The name of one job's partition: at most 52 letters, digits and underscores, so it needs no quotes.
 * @throws TypeError where jobId is not a UUID: the name goes into SQL text
 */
export function partitionName(table: DataTable, jobId: string): string {
  const id = jobId.toLowerCase();
  if (!uuid.test(id)) throw new TypeError("A job id must be a UUID");
  return `${table}_${id.replaceAll("-", "")}`;
}
