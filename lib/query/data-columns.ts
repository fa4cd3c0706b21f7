import type { DataTable } from "@/lib/store/data-tables";

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
