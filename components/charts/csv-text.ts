/** A number or word of a table; with `href` it leads to what it counts. */
export type ChartCell = string | number | null | { value: number | string | null; href: string };

/** What a chart shows, as a table: for the table view, for the file, for those who do not see it. */
export type ChartTable = { columns: string[]; rows: ChartCell[][] };

/** What stands in a cell, without where it leads. */
export const cellValue = (cell: ChartCell | undefined): string | number | null =>
  typeof cell === "object" && cell !== null ? cell.value : (cell ?? null);

const field = (value: string | number | null): string => {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  // A spreadsheet would run these as formulas; names come from servers we do not know.
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** CSV as RFC 4180 says, with the mark at the front by which spreadsheets know UTF-8. */
export function csvText({ columns, rows }: ChartTable): string {
  return `\uFEFF${[columns, ...rows.map((row) => row.map(cellValue))]
    .map((row) => `${row.map(field).join(",")}\r\n`)
    .join("")}`;
}
