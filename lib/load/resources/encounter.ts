import { codeOrText, coding } from "./coding";
import { instant } from "./fhir-date";
import { object, text } from "./json-values";
import { patientIdOf } from "./reference";
import type { ColumnReader } from "./row-columns";

/** Encounter → encounters. class is a Coding in R4, CodeableConcepts in R5; period is actualPeriod in R5. */
export const encounter: ColumnReader<
  "status" | "class_code" | "type_code" | "type_display" | "start_at" | "end_at"
> = {
  names: ["status", "class_code", "type_code", "type_display", "start_at", "end_at"],
  read(resource) {
    const type = coding(resource.type);
    const period = object(resource.period ?? resource.actualPeriod);
    return {
      patientId: patientIdOf(resource.subject, resource.patient),
      columns: {
        status: text(resource.status),
        class_code: codeOrText(resource.class),
        type_code: type.code,
        type_display: type.display,
        start_at: instant(period.start),
        end_at: instant(period.end),
      },
    };
  },
};
