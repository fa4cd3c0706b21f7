import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { PoolClient } from "pg";
import { from } from "pg-copy-streams";
import type { DataTable } from "@/lib/store/data-tables";
import { copyColumns } from "./column-readers";
import { copyHeader, copyTrailer } from "./copy-buffer";
import type { Row } from "./line-to-row";

/** One message to PostgreSQL, which reads it whole before it looks at it. */
const pieceLength = 128 * 1024;

/** Rows that lie side by side go together, without being copied. */
function* pieces(rows: readonly Row[]): Generator<Buffer> {
  yield copyHeader;
  for (let i = 0; i < rows.length; ) {
    const first = rows[i] as Row;
    let end = first.end;
    for (i += 1; i < rows.length && end - first.start < pieceLength; i += 1) {
      const row = rows[i] as Row;
      if (row.start !== end || row.copy !== first.copy) break;
      end = row.end;
    }
    yield first.copy.slice(first.start, end);
  }
  yield copyTrailer;
}

/**
 * Streams rows of one table by COPY into `target` (its partition, or a temporary table shaped like
 * it), at the pace at which PostgreSQL takes them.
 * @throws pg.DatabaseError
 */
export async function copyRows(
  client: PoolClient,
  target: string,
  table: DataTable,
  rows: readonly Row[],
): Promise<void> {
  const copy = client.query(
    from(`COPY ${target} (${copyColumns(table).join(", ")}) FROM STDIN (FORMAT binary)`),
  );
  await pipeline(Readable.from(pieces(rows), { objectMode: true, highWaterMark: 2 }), copy);
}
