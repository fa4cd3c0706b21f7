import { type DataTable, tableOf } from "@/lib/store/data-tables";
import { columnKinds, columnReaders, indexedTexts } from "./column-readers";
import { type CopyBuffer, uuidBytes } from "./copy-buffer";
import { parseLine } from "./parse-line";
import type { Line } from "./read-lines";
import type { Reject } from "./reject";
import { instant } from "./resources/fhir-date";
import { object } from "./resources/json-values";
import type { Json } from "./resources/row-columns";
import { unstorableText } from "./unstorable-text";

/** A row that lies ready in a CopyBuffer, its columns in the order of copyColumns(table). */
export type Row = {
  /** as in Line; its bytes are the last `size` before `end`: rows outlive the read that they came from */
  no: number;
  offset: number;
  size: number;
  table: DataTable;
  /** what may be there only once among a job's rows of the table */
  key: string;
  copy: CopyBuffer;
  start: number;
  end: number;
};

/** The line that a row was made of. */
export function lineOf({ no, offset, size, copy, end }: Row): Line {
  return { no, offset, size, bytes: Buffer.from(copy.slice(end - size, end)), tooLong: false };
}

export type RowContext = {
  jobId: string;
  fileNo: number;
  /** the manifest's type of the file; null where files mix types (organizeOutputBy) */
  resourceType: string | null;
};

/** A B-tree entry may have 2,704 bytes; the columns beside the text take some of them. */
const indexedBytes = 2_600;
const isTooLong = (cell: unknown): boolean =>
  typeof cell === "string" &&
  cell.length * 3 > indexedBytes &&
  Buffer.byteLength(cell) > indexedBytes;

/** Block header of an organized file (Bulk Data Access, organizeOutputBy): no resource of the export. */
function isHeader(resource: Json): boolean {
  const [first] = Array.isArray(resource.parameter) ? resource.parameter : [];
  return resource.id === undefined && object(first).name === "header";
}

// Not a closure in the loop below: one would be made for every line.
const refused = (line: Line, reasonCode: Reject["reasonCode"], reason: string): Reject => ({
  line,
  reasonCode,
  reason,
});

/**
 * Reads lines of one output file as rows, which it writes to `copy`, or as rejects with their reason.
 * The resource column gets the line's own bytes, not JSON written anew. null: a block header, which is
 * not counted.
 */
export function rowReader(
  context: RowContext,
): (line: Line, copy: CopyBuffer) => Row | Reject | null {
  const job = uuidBytes(context.jobId);
  return (line, copy) => {
    const parsed = parseLine(line);
    if ("reasonCode" in parsed) return parsed;
    const { resource, resourceType, text } = parsed;
    if (context.resourceType === null) {
      if (resourceType === "Parameters" && isHeader(resource)) return null;
    } else if (resourceType !== context.resourceType) {
      return refused(
        line,
        "wrong-type",
        `The line is a ${resourceType}, the manifest says ${context.resourceType}`,
      );
    }
    const id = resource.id;
    if (typeof id !== "string" || id === "") {
      return refused(line, "no-id", `The ${resourceType} has no id`);
    }
    const trouble = unstorableText(text);
    if (trouble !== null)
      return refused(line, "not-storable", `PostgreSQL takes no such text: ${trouble}`);
    const table = tableOf(resourceType);
    const { patientId, columns } = columnReaders[table].read(resource);
    const cells = Object.values(columns);
    for (const index of indexedTexts[table]) {
      const cell = cells[index];
      if (Array.isArray(cell) ? cell.some(isTooLong) : isTooLong(cell)) {
        return refused(
          line,
          "not-storable",
          `${columnReaders[table].names[index]} is longer than ${indexedBytes} bytes`,
        );
      }
    }
    const start = copy.length;
    const kinds = columnKinds[table];
    copy.row(cells.length + (table === "resources" ? 8 : 7));
    copy.bytes(job);
    copy.text(patientId);
    copy.text(id);
    if (table === "resources") copy.text(resourceType);
    copy.integer(context.fileNo);
    copy.integer(line.no);
    copy.cell("time", instant(object(resource.meta).lastUpdated));
    for (let i = 0; i < cells.length; i += 1) copy.cell(kinds[i] ?? "text", cells[i] ?? null);
    copy.bytes(line.bytes);
    return {
      no: line.no,
      offset: line.offset,
      size: line.bytes.length,
      table,
      key: table === "resources" ? `${resourceType}/${id}` : id,
      copy,
      start,
      end: copy.length,
    };
  };
}
