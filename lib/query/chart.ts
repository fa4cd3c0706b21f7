import { ChartData, ChartName, type ChartQuery } from "@/lib/contract/chart";
import { encountersOverTime } from "./charts/encounters-over-time";
import { mostFrequentConditions } from "./charts/most-frequent-conditions";
import { mostFrequentMedications } from "./charts/most-frequent-medications";
import { observationCodes } from "./charts/observation-codes";
import { observationDistribution } from "./charts/observation-distribution";
import { observationTrend } from "./charts/observation-trend";
import { patientsByAgeAndSex } from "./charts/patients-by-age-and-sex";
import { resourcesByType } from "./charts/resources-by-type";
import { summary } from "./charts/summary";
import { type JobsState, jobsAndState } from "./chosen-jobs";
import { Remembered } from "./remembered";

const charts: { [N in ChartName]: (query: ChartQuery) => Promise<ChartData<N>> } = {
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

async function answer<N extends ChartName>(
  name: N,
  query: ChartQuery,
  state: JobsState | null,
): Promise<ChartData<N>> {
  const make = async () => ChartData[name].parse(await charts[name](query));
  if (!state) return (await make()) as ChartData<N>;
  // Ages and the ends of axes are of today.
  const today = new Date().toISOString().slice(0, 10);
  const { job, code, unit } = query;
  const key = JSON.stringify([name, [...job].sort(), code, unit, today]);
  return (await remembered.get(key, state, make)) as ChartData<N>;
}

/**
 * The numbers of one chart over the chosen jobs (none chosen: all). The same resource exported by two
 * of them is two records; the same patient id is one patient. Kept while nothing of the jobs changes.
 * @throws AppError invalid-request where the chart needs a code and none is given
 */
export async function chart<N extends ChartName>(
  name: N,
  query: ChartQuery,
): Promise<ChartData<N>> {
  return answer(name, query, (await jobsAndState(query.job)).state);
}

/**
 * Makes what the page of charts asks for first, while the browser still reads the page's code: all
 * charts, and the values of the most frequent code. Costs one small statement where all is known.
 */
export async function warmCharts(job: string[]): Promise<void> {
  const { state } = await jobsAndState(job);
  if (!state) return;
  const query = { job };
  const values = async () => {
    const { codes } = await answer("observation-codes", query, state);
    const first = codes.find(({ code }) => code !== null);
    if (!first?.code) return;
    const ofCode = { job, code: first.code, unit: first.units[0] };
    await Promise.all([
      answer("observation-distribution", ofCode, state),
      answer("observation-trend", ofCode, state),
    ]);
  };
  const others = ChartName.options.filter((name) => !name.startsWith("observation-"));
  await Promise.all([values(), ...others.map((name) => answer(name, query, state))]);
}
