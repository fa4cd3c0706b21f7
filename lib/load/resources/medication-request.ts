import { type Coding, coding } from "./coding";
import { instant } from "./fhir-date";
import { list, object, text } from "./json-values";
import { patientIdOf, referenceId } from "./reference";
import type { ColumnReader, Json } from "./row-columns";

/** The medication as a code: coded in place, or in the contained Medication that is referred to. */
function medicationOf(resource: Json): Coding {
  // R5 has one element with either inside.
  const either = object(resource.medication);
  const coded = coding(resource.medicationCodeableConcept ?? either.concept);
  if (coded.code !== null || coded.display !== null) return coded;
  const reference = object(resource.medicationReference ?? either.reference);
  const target = text(reference.reference);
  if (target?.startsWith("#")) {
    const contained = list(resource.contained).map(object);
    const medication = contained.find((one) => one.id === target.slice(1));
    if (medication) return coding(medication.code);
  }
  return { system: null, code: null, display: text(reference.display) };
}

/** MedicationRequest → medication_requests. */
export const medicationRequest: ColumnReader<
  | "medication_system"
  | "medication_code"
  | "medication_display"
  | "status"
  | "intent"
  | "authored_at"
  | "encounter_id"
> = {
  names: [
    "medication_system",
    "medication_code",
    "medication_display",
    "status",
    "intent",
    "authored_at",
    "encounter_id",
  ],
  read(resource) {
    const medication = medicationOf(resource);
    return {
      patientId: patientIdOf(resource.subject, resource.patient),
      columns: {
        medication_system: medication.system,
        medication_code: medication.code,
        medication_display: medication.display,
        status: text(resource.status),
        intent: text(resource.intent),
        authored_at: instant(resource.authoredOn),
        encounter_id:
          referenceId(resource.encounter, "Encounter") ??
          referenceId(resource.context, "Encounter"),
      },
    };
  },
};
