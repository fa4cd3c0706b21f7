import { object, text } from "./json-values";

const versioned = /\/_history\/[^/]*$/;

/**
 * The id that a Reference names, where it names a resource of `type`: "Patient/x", "https://s/r4/
 * Patient/x/_history/1", "urn:uuid:x" (of which only Reference.type could tell the type). null for
 * contained resources ("#x"), conditional references and references to other types.
 */
export function referenceId(value: unknown, type: string): string | null {
  const reference = object(value);
  let url = text(reference.reference);
  if (url === null || url.startsWith("#") || url.includes("?")) return null;
  const fragment = url.search(/[#|]/);
  if (fragment !== -1) url = url.slice(0, fragment);
  if (url.startsWith("urn:")) {
    const said = text(reference.type);
    const id = url.slice(url.lastIndexOf(":") + 1);
    return id !== "" && (said === null || said === type) ? id : null;
  }
  if (url.includes("/_history/")) url = url.replace(versioned, "");
  const end = url.lastIndexOf("/");
  const id = url.slice(end + 1);
  if (id === "" || end === -1) return null;
  const start = url.lastIndexOf("/", end - 1) + 1;
  return url.slice(start, end) === type ? id : null;
}

/** The patient's id of the first of these references that names one; '' where none does. */
export function patientIdOf(...references: unknown[]): string {
  for (const reference of references) {
    const id = referenceId(reference, "Patient");
    if (id !== null) return id;
  }
  return "";
}
