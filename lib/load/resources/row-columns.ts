/** A JSON object as it came: nothing about it is certain. */
export type Json = { readonly [key: string]: unknown };

/** What a column takes; times in milliseconds since 1970, days as yyyy-mm-dd; null where the resource does not say, or says it in a way that cannot be read. */
export type Cell =
  | string
  | number
  | boolean
  | readonly (string | null)[]
  | readonly number[]
  | null;

/** The typed columns of one resource. `C` is the table's columns between line_no and resource. */
export type RowColumns<C extends string> = { patientId: string; columns: Record<C, Cell> };

export type ColumnReader<C extends string = string> = {
  /** in the order in which they are written */
  names: readonly C[];
  /** never throws, whatever the resource holds */
  read(resource: Json): RowColumns<C>;
};
