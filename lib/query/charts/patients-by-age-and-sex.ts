import { z } from "zod";
import type { ChartNumbers } from "@/lib/contract/chart";
import { nothingLeftOut } from "../nothing-left-out";
import { agedPatients, ofPeople } from "../people";
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

const sql = ({ people }: Selection) => `
  WITH ${agedPatients}
  SELECT band,
         (count(*) FILTER (WHERE sex = 'female'))::int AS female,
         (count(*) FILTER (WHERE sex = 'male'))::int AS male,
         (count(*) FILTER (WHERE sex = 'other'))::int AS other,
         (count(*) FILTER (WHERE sex = 'unknown'))::int AS unknown
    FROM aged_patients
   WHERE true${ofPeople(people)}
   GROUP BY band`;

const none = { female: 0, male: 0, other: 0, unknown: 0 };

/**
 * Patients by ten-year band and sex: age at death for the deceased, today's for others. A patient of
 * several jobs counts once, as the row that the server changed last says. "unknown": no birth date, a
 * birth in the future, or dead at an unknown time.
 */
export async function patientsByAgeAndSex(
  selection: Selection,
): Promise<ChartNumbers<"patients-by-age-and-sex">> {
  const found = await rows(Row, sql(selection), selection.jobs);
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
