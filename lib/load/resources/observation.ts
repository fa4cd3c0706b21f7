import { codeOrText, coding } from "./coding";
import { instant } from "./fhir-date";
import { list, number, object, text } from "./json-values";
import { patientIdOf, referenceId } from "./reference";
import type { ColumnReader, Json } from "./row-columns";

function valueText(resource: Json): string | null {
  if (resource.valueCodeableConcept !== undefined) {
    const { code, display } = coding(resource.valueCodeableConcept);
    return text(object(resource.valueCodeableConcept).text) ?? display ?? code;
  }
  const plain =
    resource.valueString ??
    resource.valueInteger ??
    resource.valueBoolean ??
    resource.valueDateTime ??
    resource.valueTime;
  return typeof plain === "number" || typeof plain === "boolean" ? String(plain) : text(plain);
}

/**
 * Observation → observations. One that only has components (blood pressure) has no value of its own:
 * queries read resource->'component'.
 */
export const observation: ColumnReader<
  | "code_system"
  | "code"
  | "code_display"
  | "category"
  | "status"
  | "effective_at"
  | "value_quantity"
  | "value_unit"
  | "value_text"
  | "encounter_id"
> = {
  names: [
    "code_system",
    "code",
    "code_display",
    "category",
    "status",
    "effective_at",
    "value_quantity",
    "value_unit",
    "value_text",
    "encounter_id",
  ],
  read(resource) {
    const code = coding(resource.code);
    const quantity = object(resource.valueQuantity);
    return {
      patientId: patientIdOf(resource.subject, resource.patient),
      columns: {
        code_system: code.system,
        code: code.code,
        code_display: code.display,
        category: codeOrText(resource.category),
        status: text(resource.status),
        effective_at:
          instant(resource.effectiveDateTime) ??
          instant(object(resource.effectivePeriod).start) ??
          instant(resource.effectiveInstant) ??
          instant(list(object(resource.effectiveTiming).event)[0]),
        value_quantity: number(quantity.value),
        value_unit: text(quantity.unit) ?? text(quantity.code),
        value_text: valueText(resource),
        encounter_id:
          referenceId(resource.encounter, "Encounter") ??
          referenceId(resource.context, "Encounter"),
      },
    };
  },
};
