/** Types whose resources belong to one patient, in the order of a manifest. */
export const patientTypes = [
  "Patient",
  "Encounter",
  "Condition",
  "Observation",
  "MedicationRequest",
  "Procedure",
  "Immunization",
  "AllergyIntolerance",
  "DiagnosticReport",
] as const;

/** Types that a whole group shares. */
export const sharedTypes = ["Organization", "Practitioner"] as const;

/** Everything that can be exported. New types go to the end: the position is part of the ids. */
export const resourceTypes = [...patientTypes, ...sharedTypes, "DocumentReference"] as const;

/** Documents are a patient's own too, but only there when the sandbox is told so (documents.ts). */
export type PatientType = (typeof patientTypes)[number] | "DocumentReference";
export type SharedType = (typeof sharedTypes)[number];
export type ResourceType = PatientType | SharedType;

export function isResourceType(text: string): text is ResourceType {
  return (resourceTypes as readonly string[]).includes(text);
}

export function isSharedType(type: ResourceType): type is SharedType {
  return (sharedTypes as readonly string[]).includes(type);
}
