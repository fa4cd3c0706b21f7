import { median } from "./median";

export type Table = {
  title?: string;
  /** what must be known to read it */
  note?: string;
  columns: readonly string[];
  rows: readonly (readonly string[])[];
};

/** A number, or a dash where none was measured. */
export const digits = (value: number | null | undefined, places: number): string =>
  value == null || Number.isNaN(value)
    ? "–"
    : value.toLocaleString("en-US", {
        minimumFractionDigits: places,
        maximumFractionDigits: places,
      });

/** "1.23–1.50"; a dash where there is nothing. */
export const range = (values: readonly number[], places: number): string =>
  values.length
    ? `${digits(Math.min(...values), places)}–${digits(Math.max(...values), places)}`
    : "–";

/** "1.31 (1.23–1.50)": the median and, of several runs, the least and the greatest. */
export const spread = (values: readonly number[], places: number): string =>
  values.length > 1
    ? `${digits(median(values), places)} (${range(values, places)})`
    : digits(values[0], places);

/** Columns of figures stand to the right. */
const areFigures = ({ rows }: Table, column: number) =>
  rows.every((row) => /^[\d.,–()+% -]*$/.test(row[column] ?? ""));

/** For the terminal. */
export function plainTable(table: Table): string {
  const rows = [table.columns, ...table.rows];
  const widths = table.columns.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const cell = (text: string, i: number) =>
    areFigures(table, i) ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0);
  const lines = rows.map((row) => row.map(cell).join("  ").trimEnd());
  return [table.title, ...lines, table.note].filter(Boolean).join("\n");
}

/** The same as Markdown. */
export function markdownTable(table: Table): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const lines = [
    row(table.columns),
    row(table.columns.map((_, i) => (areFigures(table, i) ? "---:" : "---"))),
    ...table.rows.map(row),
  ].join("\n");
  return [table.title && `**${table.title}**`, lines, table.note].filter(Boolean).join("\n\n");
}
