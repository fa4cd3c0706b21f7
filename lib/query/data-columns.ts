import type { DataTable } from "@/lib/store/data-tables";

/** A part's number as people write it: three decimals at most. */
const part = "trim_scale(round(p.value::numeric, 3))::text";

/**
 * Columns that a list makes of others. `components`: what a panel measures, "120/80 mmHg", systolic
 * before diastolic, each part with its unit where they differ; null where there is a value or no part.
 */
export const madeColumns: Record<string, string> = {
  components: `CASE WHEN value_quantity IS NULL AND value_text IS NULL THEN (
    SELECT CASE WHEN count(DISTINCT COALESCE(p.unit, '')) = 1
                THEN concat_ws(' ', string_agg(${part}, '/' ORDER BY p.code = '8462-4', p.no), max(p.unit))
                ELSE string_agg(concat_ws(' ', ${part}, p.unit), ' / ' ORDER BY p.no) END
      FROM unnest(component_codes, component_units, component_values)
           WITH ORDINALITY AS p (code, unit, value, no)) END`,
};

/** The columns of each table that matter in a list, and those that a search looks into. */
export const dataColumns: Record<DataTable, { shown: string[]; searched: [string, string] }> = {
  patients: {
    shown: ["family_name", "given_name", "gender", "birth_date", "deceased", "city", "state"],
    searched: ["family_name", "given_name"],
  },
  conditions: {
    shown: ["code", "code_display", "clinical_status", "onset_at", "recorded_at"],
    searched: ["code", "code_display"],
  },
  observations: {
    shown: [
      "code",
      "code_display",
      "category",
      "status",
      "effective_at",
      "value_quantity",
      "value_unit",
      "value_text",
      "components",
    ],
    searched: ["code", "code_display"],
  },
  medication_requests: {
    shown: ["medication_code", "medication_display", "status", "intent", "authored_at"],
    searched: ["medication_code", "medication_display"],
  },
  encounters: {
    shown: ["class_code", "type_display", "status", "start_at", "end_at"],
    searched: ["class_code", "type_display"],
  },
  resources: {
    shown: ["code", "code_display", "status", "occurred_at"],
    searched: ["code", "code_display"],
  },
};
