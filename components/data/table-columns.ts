import type { DataRow } from "@/lib/contract/data";

type Value = string | number | boolean | null | undefined;

/** What a reader looks for first stands first; everything else follows as the API gives it. */
const order = [
  "family_name",
  "given_name",
  "gender",
  "birth_date",
  "type_display",
  "code_display",
  "medication_display",
  "value",
  "class_code",
  "effective_at",
  "onset_at",
  "authored_at",
  "start_at",
  "end_at",
  "occurred_at",
];

const rank = (column: string) => {
  const at = order.indexOf(column);
  return at < 0 ? order.length : at;
};

/**
 * The table's columns, and how to read one of a row. A number and its unit, a value in words or the
 * parts of a panel are one column "value": they are read together.
 */
export function tableColumns(rows: DataRow[]): {
  columns: string[];
  read: (row: DataRow, column: string) => { value: Value; unit?: string };
} {
  const given = [...new Set(rows.flatMap((row) => Object.keys(row.columns)))];
  const parts = ["value_quantity", "value_unit", "value_text", "components"];
  const columns = given.includes("value_quantity")
    ? [...given.filter((column) => !parts.includes(column)), "value"]
    : given;
  return {
    columns: columns.toSorted((a, b) => rank(a) - rank(b)),
    read: ({ columns: values }, column) => {
      if (column !== "value" || "value" in values) return { value: values[column] };
      const unit = values.value_unit;
      return values.value_quantity === null || values.value_quantity === undefined
        ? { value: values.value_text ?? values.components }
        : { value: values.value_quantity, unit: typeof unit === "string" ? unit : undefined };
    },
  };
}
