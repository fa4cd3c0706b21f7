/**
 * For a column of a sortable table: how its cell stands in the card that a row becomes where the screen is
 * narrow (`cards` in stacked-table.module.css).
 * @param label the column's name, shown before the figure; without it the cell is a line of its own
 */
export function cardCell(label?: string) {
  const attributes = label === undefined ? { "data-line": true } : { "data-label": label };
  return { customCellAttributes: () => attributes };
}
