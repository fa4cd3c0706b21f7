import { ChartData, type ChartName, type ChartQuery } from "@/lib/contract/chart";
import { encountersOverTime } from "./charts/encounters-over-time";
import { mostFrequentConditions } from "./charts/most-frequent-conditions";
import { mostFrequentMedications } from "./charts/most-frequent-medications";
import { observationCodes } from "./charts/observation-codes";
import { observationDistribution } from "./charts/observation-distribution";
import { observationTrend } from "./charts/observation-trend";
import { patientsByAgeAndSex } from "./charts/patients-by-age-and-sex";
import { resourcesByType } from "./charts/resources-by-type";
import { summary } from "./charts/summary";
import { jobsAndState } from "./chosen-jobs";
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

/**
 * The numbers of one chart over the chosen jobs (none chosen: all). The same resource exported by two
 * of them is two records; the same patient id is one patient. Kept while nothing of the jobs changes.
 * @throws AppError invalid-request where the chart needs a code and none is given
 */
export async function chart<N extends ChartName>(
  name: N,
  query: ChartQuery,
): Promise<ChartData<N>> {
  const make = async () => ChartData[name].parse(await charts[name](query));
  const { state } = await jobsAndState(query.job);
  if (!state) return (await make()) as ChartData<N>;
  // Ages and the ends of axes are of today.
  const today = new Date().toISOString().slice(0, 10);
  const { job, code, unit } = query;
  const key = JSON.stringify([name, [...job].sort(), code, unit, today]);
  return (await remembered.get(key, state, make)) as ChartData<N>;
}
