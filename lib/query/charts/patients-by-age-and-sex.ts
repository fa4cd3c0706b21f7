import { z } from "zod";
import type { ChartNumbers } from "@/lib/contract/chart";
import type { Judged } from "../judged";
import { nothingLeftOut } from "../nothing-left-out";
import { agedPatients } from "../people";
import { rows } from "../rows";
import type { Selection } from "../selection";

const Row = z.object({
  /** 0 … 9: ten-year bands, 9 is 90 and above; null: unknown */
  band: z.number().int().min(0).max(9).nullable(),
  female: z.number(),
  male: z.number(),
  other: z.number(),
  unknown: z.number(),
});

const sql = `
  WITH ${agedPatients}
  SELECT band,
         (count(*) FILTER (WHERE sex = 'female'))::int AS female,
         (count(*) FILTER (WHERE sex = 'male'))::int AS male,
         (count(*) FILTER (WHERE sex = 'other'))::int AS other,
         (count(*) FILTER (WHERE sex = 'unknown'))::int AS unknown
    FROM aged_patients
   GROUP BY band`;

/** Where sex or age are chosen, everybody is counted already. */
function bandsOf({ counts }: Judged): z.infer<typeof Row>[] {
  const bands = new Map<number | null, z.infer<typeof Row>>();
  for (const { sex, band, patients } of counts) {
    const row = bands.get(band) ?? { band, ...none };
    bands.set(band, Row.parse({ ...row, [sex ?? "unknown"]: patients }));
  }
  return [...bands.values()];
}

const none = { female: 0, male: 0, other: 0, unknown: 0 };

/**
 * Patients by ten-year band and sex: age at death for the deceased, today's for others. A patient of
 * several jobs counts once, as the row that the server changed last says. "unknown": no birth date, a
 * birth in the future, or dead at an unknown time.
 */
export async function patientsByAgeAndSex(
  selection: Selection,
): Promise<ChartNumbers<"patients-by-age-and-sex">> {
  const found = selection.people ? bandsOf(selection.people) : await rows(Row, sql, selection.jobs);
  const counts = (band: number | null) => {
    const row = found.find((one) => one.band === band) ?? none;
    return { female: row.female, male: row.male, other: row.other, unknown: row.unknown };
  };
  const bands = Array.from({ length: 10 }, (_, band) => ({
    band: band === 9 ? "90+" : `${band * 10}–${band * 10 + 9}`,
    ...counts(band),
  }));
  return { bands: [...bands, { band: "unknown", ...counts(null) }], left_out: nothingLeftOut };
}
