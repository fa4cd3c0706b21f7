import { z } from "zod";
import type { RollUpName } from "@/lib/store/roll-ups";
import { held, withPeople } from "./narrowed";
import { nothingLeftOut } from "./nothing-left-out";
import { rows } from "./rows";
import type { Selection } from "./selection";

const Row = z.object({ undated: z.number(), without_patient: z.number() });

/**
 * How many of what a roll-up counts the filters could not judge.
 * @param where what of the roll-up is meant, with `parameters` from $3 on
 */
export async function leftOut(
  selection: Selection,
  name: RollUpName,
  where = "true",
  parameters: unknown[] = [],
): Promise<z.infer<typeof Row>> {
  if (!selection.people && !selection.months) return nothingLeftOut;
  const count = (part: "undated" | "without_patient") =>
    `(SELECT COALESCE(sum(records), 0)::float8
        FROM ${held(name, selection, part, true)} AS held WHERE ${where}) AS ${part}`;
  const [row] = await rows(
    Row,
    withPeople(selection, `SELECT ${count("undated")}, ${count("without_patient")}`),
    [...selection.jobs, ...parameters],
  );
  return row ?? nothingLeftOut;
}
