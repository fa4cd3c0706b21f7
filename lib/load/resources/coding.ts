import { list, object, text } from "./json-values";

export type Coding = { system: string | null; code: string | null; display: string | null };

/**
 * The coding to count by: the first that has a code, of the first CodeableConcept that has one; its
 * display falls back to the concept's text. Text alone gives a display without a code. Takes one
 * CodeableConcept, a list of them, a bare Coding (Encounter.class) or a bare code (older FHIR).
 */
export function coding(value: unknown): Coding {
  let words: string | null = null;
  for (const item of list(value)) {
    if (typeof item === "string" && item !== "") return { system: null, code: item, display: item };
    const concept = object(item);
    const spoken = text(concept.text);
    words ??= spoken;
    const codings = concept.coding === undefined ? [concept] : list(concept.coding);
    for (const entry of codings) {
      const { system, code, display } = object(entry);
      const found = text(code);
      if (found !== null) {
        return { system: text(system), code: found, display: text(display) ?? spoken };
      }
      words ??= text(display);
    }
  }
  return { system: null, code: null, display: words };
}

/** The code of `coding`, or its words where there is none. */
export function codeOrText(value: unknown): string | null {
  const { code, display } = coding(value);
  return code ?? display;
}
