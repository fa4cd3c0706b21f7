import { ChartData, ChartName, type ChartNumbers, type ChartQuery } from "@/lib/contract/chart";
import { encountersOverTime } from "./charts/encounters-over-time";
import { mostFrequentConditions } from "./charts/most-frequent-conditions";
import { mostFrequentMedications } from "./charts/most-frequent-medications";
import { observationCodes } from "./charts/observation-codes";
import { observationDistribution } from "./charts/observation-distribution";
import { observationTrend } from "./charts/observation-trend";
import { patientsByAgeAndSex } from "./charts/patients-by-age-and-sex";
import { resourcesByType } from "./charts/resources-by-type";
import { summary } from "./charts/summary";
import type { Chosen, JobChoice } from "./chosen-jobs";
import { judgeEverybody } from "./judged";
import { type Look, onePicture } from "./one-picture";
import { Remembered } from "./remembered";
import { binsOf, type Selection, wantedOf } from "./selection";
import { sourceOfJobs } from "./source-of-jobs";

const charts: { [N in ChartName]: (selection: Selection) => Promise<ChartNumbers<N>> } = {
  summary,
  "resources-by-type": resourcesByType,
  "patients-by-age-and-sex": patientsByAgeAndSex,
  "most-frequent-conditions": mostFrequentConditions,
  "encounters-over-time": encountersOverTime,
  "observation-codes": observationCodes,
  "observation-distribution": observationDistribution,
  "observation-trend": observationTrend,
  "most-frequent-medications": mostFrequentMedications,
};

const remembered = new Remembered<unknown>();
const sources = new Remembered<Selection["source"]>();

async function answer<N extends ChartName>(
  name: N,
  query: Partial<ChartQuery>,
  { jobs, ids, state }: Chosen,
  look: Look,
): Promise<ChartData<N>> {
  const { code, unit, sex, age, from, to } = query;
  const bins = binsOf(query);
  const chosen = JSON.stringify([...ids].sort());
  const make = async () => {
    const sourceOf = () => sourceOfJobs(ids);
    const source = state ? await sources.get(chosen, state, sourceOf) : await sourceOf();
    const numbers = await look((filters) =>
      charts[name]({ jobs, source, code, unit, bins, ...filters }),
    );
    return ChartData[name].parse({ ...numbers, source });
  };
  if (!state) return (await make()) as ChartData<N>;
  // Ages and the ends of axes are of today.
  const today = new Date().toISOString().slice(0, 10);
  const filters = [code, unit, bins, [...(sex ?? [])].sort(), [...(age ?? [])].sort(), from, to];
  const key = JSON.stringify([name, chosen, ...filters, today]);
  return (await remembered.get(key, state, make)) as ChartData<N>;
}

/**
 * The numbers of one chart over the chosen jobs (none chosen: all). The same resource exported by two
 * of them is two records; the same patient id is one patient. Kept while nothing of the jobs changes.
 * @throws AppError invalid-request where the chart needs a code and none is given
 */
export async function chart<N extends ChartName>(
  name: N,
  query: Partial<ChartQuery>,
): Promise<ChartData<N>> {
  return onePicture(query, wantedOf(query), (chosen, look) => answer(name, query, chosen, look));
}

/**
 * Makes what the page of charts asks for first, while the browser still reads the page's code: all
 * charts, the values of the most frequent code, and who is of what sex and age. Costs one small statement where all is known.
 */
export async function warmCharts(choice: JobChoice): Promise<void> {
  await onePicture(choice, {}, async (chosen, look) => {
    if (!chosen.state) return;
    const values = async () => {
      const { codes } = await answer("observation-codes", choice, chosen, look);
      const first = codes.find(({ code }) => code !== null);
      if (!first?.code) return;
      const ofCode = { ...choice, code: first.code, unit: first.units[0] };
      await Promise.all([
        answer("observation-distribution", ofCode, chosen, look),
        answer("observation-trend", ofCode, chosen, look),
      ]);
    };
    const others = ChartName.options.filter((name) => !name.startsWith("observation-"));
    await Promise.all([
      values(),
      chosen.peopleKnown && judgeEverybody(chosen),
      ...others.map((name) => answer(name, choice, chosen, look)),
    ]);
  });
}
