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

/**
 * The numbers of one chart over the chosen jobs (none chosen: all). The same resource exported by two
 * of them is two records; the same patient id is one patient.
 * @throws AppError invalid-request where the chart needs a code and none is given
 */
export async function chart<N extends ChartName>(
  name: N,
  query: ChartQuery,
): Promise<ChartData<N>> {
  return ChartData[name].parse(await charts[name](query)) as ChartData<N>;
}
