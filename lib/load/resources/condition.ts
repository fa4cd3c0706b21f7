import { codeOrText, coding } from "./coding";
import { instant } from "./fhir-date";
import { object } from "./json-values";
import { patientIdOf, referenceId } from "./reference";
import type { ColumnReader } from "./row-columns";

/** Condition → conditions. */
export const condition: ColumnReader<
  | "code_system"
  | "code"
  | "code_display"
  | "category"
  | "clinical_status"
  | "verification_status"
  | "onset_at"
  | "abatement_at"
  | "recorded_at"
  | "encounter_id"
> = {
  names: [
    "code_system",
    "code",
    "code_display",
    "category",
    "clinical_status",
    "verification_status",
    "onset_at",
    "abatement_at",
    "recorded_at",
    "encounter_id",
  ],
  read(resource) {
    const code = coding(resource.code);
    const abated = object(resource.abatementPeriod);
    return {
      patientId: patientIdOf(resource.subject, resource.patient),
      columns: {
        code_system: code.system,
        code: code.code,
        code_display: code.display,
        category: codeOrText(resource.category),
        clinical_status: codeOrText(resource.clinicalStatus),
        verification_status: codeOrText(resource.verificationStatus),
        onset_at: instant(resource.onsetDateTime) ?? instant(object(resource.onsetPeriod).start),
        abatement_at:
          instant(resource.abatementDateTime) ?? instant(abated.end) ?? instant(abated.start),
        // assertedDate: STU3
        recorded_at: instant(resource.recordedDate) ?? instant(resource.assertedDate),
        // context: STU3
        encounter_id:
          referenceId(resource.encounter, "Encounter") ??
          referenceId(resource.context, "Encounter"),
      },
    };
  },
};
