import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { PoolClient } from "pg";
import { from } from "pg-copy-streams";
import type { DataTable } from "@/lib/store/data-tables";
import { copyColumns } from "./column-readers";
import type { Row } from "./line-to-row";

const pieceLength = 256 * 1024;

function* pieces(rows: readonly Row[]): Generator<Buffer> {
  let piece = "";
  for (const row of rows) {
    piece += row.copy;
    if (piece.length >= pieceLength) {
      yield Buffer.from(piece, "utf8");
      piece = "";
    }
  }
  if (piece !== "") yield Buffer.from(piece, "utf8");
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
  const copy = client.query(from(`COPY ${target} (${copyColumns(table).join(", ")}) FROM STDIN`));
  await pipeline(Readable.from(pieces(rows), { objectMode: true, highWaterMark: 2 }), copy);
}
