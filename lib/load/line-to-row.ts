import { type DataTable, tableOf } from "@/lib/store/data-tables";
import { columnReaders } from "./column-readers";
import { copyText } from "./copy-text";
import { parseLine } from "./parse-line";
import type { Line } from "./read-lines";
import type { Reject } from "./reject";
import { instant } from "./resources/fhir-date";
import { object } from "./resources/json-values";
import type { Cell, Json } from "./resources/row-columns";

export type Row = {
  line: Line;
  table: DataTable;
  /** type and id: what may be there only once in a job */
  key: string;
  /** the row in COPY text format, in the order of copyColumns(table) */
  copy: string;
};

export type RowContext = {
  jobId: string;
  fileNo: number;
  /** the manifest's type of the file; null where files mix types (organizeOutputBy) */
  resourceType: string | null;
};

/** Block header of an organized file (Bulk Data Access, organizeOutputBy): no resource of the export. */
function isHeader(resource: Json): boolean {
  const [first] = Array.isArray(resource.parameter) ? resource.parameter : [];
  return resource.id === undefined && object(first).name === "header";
}

/**
 * One line of an output file as a row, or as a reject with its reason. The resource column gets the
 * line's own text, not JSON written anew. null: a block header, which is not counted.
 */
export function lineToRow(line: Line, context: RowContext): Row | Reject | null {
  const parsed = parseLine(line);
  if ("reasonCode" in parsed) return parsed;
  const { resource, resourceType, text } = parsed;
  if (context.resourceType === null) {
    if (resourceType === "Parameters" && isHeader(resource)) return null;
  } else if (resourceType !== context.resourceType) {
    return {
      line,
      reasonCode: "wrong-type",
      reason: `The line is a ${resourceType}, the manifest says ${context.resourceType}`,
    };
  }
  const id = resource.id;
  if (typeof id !== "string" || id === "") {
    return { line, reasonCode: "no-id", reason: `The ${resourceType} has no id` };
  }
  const table = tableOf(resourceType);
  const reader = columnReaders[table];
  const { patientId, columns } = reader.read(resource);
  const cells: Cell[] = [context.jobId, patientId, id];
  if (table === "resources") cells.push(resourceType);
  cells.push(context.fileNo, line.no, instant(object(resource.meta).lastUpdated));
  for (const name of reader.names) cells.push(columns[name] ?? null);
  cells.push(text);
  return { line, table, key: `${resourceType}/${id}`, copy: copyText(cells) };
}
