import { isObject, type Json } from "@/lib/fhir/json";

/** The elements that say whose a resource is, whatever else it mentions. */
const owners = ["subject", "patient", "beneficiary", "individual", "for"];

const patientReference = /(?:^|\/)Patient\/([^/#|?]+)(?:\/_history\/[^/]*)?(?:[#|].*)?$/;

/** The id of the Patient that a Reference names; null where it names none. */
export function patientOf(reference: unknown): string | null {
  if (!isObject(reference) || typeof reference.reference !== "string") return null;
  return patientReference.exec(reference.reference)?.[1] ?? null;
}

/**
 * Is the resource one that a search for this patient may bring? Servers pass over parameters that they
 * do not know (FHIR R4, Search, Handling Errors) and then send everybody's. The element that owns it
 * must name the patient; where the type has none, the patient must be named somewhere.
 */
export function belongsTo(patientId: string, resource: Json): boolean {
  if (resource.resourceType === "Patient") return resource.id === patientId;
  for (const element of owners) {
    const owner = patientOf(resource[element]);
    if (owner !== null) return owner === patientId;
  }
  return mentions(resource, patientId);
}

function mentions(value: unknown, patientId: string): boolean {
  if (Array.isArray(value)) return value.some((one) => mentions(one, patientId));
  if (!isObject(value)) return false;
  return (
    patientOf(value) === patientId || Object.values(value).some((one) => mentions(one, patientId))
  );
}
