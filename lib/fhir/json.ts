export type Json = Record<string, unknown>;

/** Is it a JSON object, neither a list nor null? */
export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The objects of a list; none where it is something else, as what servers send may be. */
export const objects = (value: unknown): Json[] =>
  Array.isArray(value) ? value.filter(isObject) : [];
