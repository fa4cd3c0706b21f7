import { type Coding, coding } from "./coding";
import { instant } from "./fhir-date";
import { list, object, text } from "./json-values";
import { patientIdOf } from "./reference";
import type { ColumnReader, Json } from "./row-columns";

/** Where types say what they are about, most telling first. */
const codeElements = ["code", "vaccineCode", "medicationCodeableConcept", "type", "category"];

/** Where types say when it happened, most telling first; of a Period the start. */
const timeElements = [
  "occurrenceDateTime",
  "occurrencePeriod",
  "performedDateTime",
  "performedPeriod",
  "effectiveDateTime",
  "effectivePeriod",
  "effectiveInstant",
  "onsetDateTime",
  "whenHandedOver",
  "servicedDate",
  "servicedPeriod",
  "billablePeriod",
  "started",
  "start",
  "period",
  "sent",
  "authoredOn",
  "authored",
  "recordedDate",
  "recorded",
  "issued",
  "date",
  "created",
];

function codeOf(resource: Json): Coding {
  let words: string | null = null;
  for (const element of codeElements) {
    const found = coding(resource[element]);
    if (found.code !== null) return found;
    words ??= found.display;
  }
  return { system: null, code: null, display: words ?? text(resource.name) };
}

function timeOf(resource: Json): number | null {
  for (const element of timeElements) {
    const value = resource[element];
    const found = instant(value) ?? instant(object(value).start);
    if (found !== null) return found;
  }
  return null;
}

/**
 * Every other type → resources. The patient stands under the name that the type gives the element
 * (Coverage.beneficiary, ResearchSubject.individual, Task.for, Appointment.participant.actor).
 */
export const other: ColumnReader<
  "code_system" | "code" | "code_display" | "status" | "occurred_at"
> = {
  names: ["code_system", "code", "code_display", "status", "occurred_at"],
  read(resource) {
    const code = codeOf(resource);
    return {
      patientId: patientIdOf(
        resource.subject,
        resource.patient,
        resource.beneficiary,
        resource.individual,
        resource.for,
        resource.source,
        ...list(resource.participant).map((one) => object(one).actor),
      ),
      columns: {
        code_system: code.system,
        code: code.code,
        code_display: code.display,
        status: text(resource.status),
        occurred_at: timeOf(resource),
      },
    };
  },
};
