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

type Components = {
  component_systems: readonly (string | null)[] | null;
  component_codes: readonly string[] | null;
  component_displays: readonly (string | null)[] | null;
  component_units: readonly (string | null)[] | null;
  component_values: readonly number[] | null;
};

// One for all: most Observations have none.
const noComponents: Components = {
  component_systems: null,
  component_codes: null,
  component_displays: null,
  component_units: null,
  component_values: null,
};

/** The components that are a number under a code (the first coding's), side by side in five lists. */
function componentsOf(value: unknown): Components {
  if (!Array.isArray(value)) return noComponents;
  const systems: (string | null)[] = [];
  const codes: string[] = [];
  const displays: (string | null)[] = [];
  const units: (string | null)[] = [];
  const values: number[] = [];
  for (const item of value) {
    const component = object(item);
    const concept = object(component.code);
    const first = object(Array.isArray(concept.coding) ? concept.coding[0] : undefined);
    const quantity = object(component.valueQuantity);
    const code = text(first.code);
    const amount = number(quantity.value);
    if (code === null || amount === null) continue;
    systems.push(text(first.system));
    codes.push(code);
    displays.push(text(first.display) ?? text(concept.text));
    units.push(text(quantity.unit) ?? text(quantity.code));
    values.push(amount);
  }
  if (codes.length === 0) return noComponents;
  return {
    component_systems: systems,
    component_codes: codes,
    component_displays: displays,
    component_units: units,
    component_values: values,
  };
}

/**
 * Observation → observations. One that only has components (blood pressure) has no value of its own:
 * what it measures stands in the component columns, arrays that `unnest` reads side by side.
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
  | keyof Components
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
    "component_systems",
    "component_codes",
    "component_displays",
    "component_units",
    "component_values",
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
        ...componentsOf(resource.component),
      },
    };
  },
};
