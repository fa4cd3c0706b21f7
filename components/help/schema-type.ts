import type { JsonSchema } from "@/lib/contract/openapi";

/** The words of a type, in the reader's language. */
export type TypeWords = { listOf: (type: string) => string; or: string };

/** A name from "#/components/schemas/JobSummary". */
export const nameOfRef = (ref: string): string => ref.split("/").at(-1) ?? "";

/** A schema in a few words: "string (uuid)", "list of FileView", "“asc” or “desc”". */
export function typeText(schema: JsonSchema, words: TypeWords): string {
  if (schema.$ref) return nameOfRef(schema.$ref);
  if (schema.enum) return schema.enum.map((value) => `"${value}"`).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const several = schema.anyOf ?? schema.oneOf;
  if (several) return several.map((one) => typeText(one, words)).join(` ${words.or} `);
  const types = Array.isArray(schema.type) ? schema.type : [schema.type ?? "any"];
  if (types[0] === "array")
    return words.listOf(schema.items ? typeText(schema.items, words) : "any");
  const format = schema.format ? ` (${schema.format})` : "";
  return types.map((type) => (type === "string" ? `string${format}` : type)).join(` ${words.or} `);
}
