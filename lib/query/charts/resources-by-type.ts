import { z } from "zod";
import type { ChartNumbers } from "@/lib/contract/chart";
import { held, type Part, withPeople } from "../narrowed";
import { rows } from "../rows";
import type { Selection } from "../selection";

const Row = z.object({
  type: z.string(),
  records: z.number(),
  undated: z.number(),
  without_patient: z.number(),
});

const sql = (selection: Pick<Selection, "people" | "months">) => {
  const of = (part: Part) =>
    `SELECT resource_type, '${part}' AS part, records FROM ${held("roll_up_types", selection, part)} AS ${part}`;
  const parts: Part[] =
    selection.people || selection.months ? ["taken", "undated", "without_patient"] : ["taken"];
  const sum = (part: Part) => `COALESCE(sum(records) FILTER (WHERE part = '${part}'), 0)::float8`;
  return `
    SELECT resource_type AS type, ${sum("taken")} AS records, ${sum("undated")} AS undated,
           ${sum("without_patient")} AS without_patient
      FROM (${parts.map(of).join(" UNION ALL ")}) AS held
     GROUP BY 1 ORDER BY records DESC, type`;
};

/** Rows of each resource type that the chosen jobs hold, most first. */
export async function resourcesByType({
  jobs,
  ...filters
}: Pick<Selection, "jobs" | "people" | "months">): Promise<ChartNumbers<"resources-by-type">> {
  const found = await rows(Row, withPeople(filters, sql(filters)), jobs);
  const sum = (part: "undated" | "without_patient") =>
    found.reduce((all, row) => all + row[part], 0);
  return {
    types: found,
    left_out: { undated: sum("undated"), without_patient: sum("without_patient") },
  };
}
