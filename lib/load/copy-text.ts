import type { Cell } from "./resources/row-columns";

const special = /[\\\n\r\t]/;
const escapes: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function field(cell: Cell): string {
  if (cell === null) return "\\N";
  if (typeof cell === "boolean") return cell ? "t" : "f";
  if (typeof cell === "number") return String(cell);
  return special.test(cell)
    ? cell.replace(/[\\\n\r\t]/g, (character) => escapes[character] ?? character)
    : cell;
}

/** One row in PostgreSQL's COPY text format, line break included. */
export function copyText(cells: readonly Cell[]): string {
  let row = "";
  for (let i = 0; i < cells.length; i += 1) {
    row += i === 0 ? field(cells[i] ?? null) : `\t${field(cells[i] ?? null)}`;
  }
  return `${row}\n`;
}
