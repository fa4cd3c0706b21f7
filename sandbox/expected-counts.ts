import type { SandboxGroup } from "./groups";
import { always, type Population, type Window } from "./population/population";
import { isSharedType, type ResourceType, resourceTypes } from "./population/resource-types";
import { rosterOf, takeCensus } from "./roster";

/**
 * What an export of these groups holds: the number of distinct resources per type (types without
 * any are left out). Faults do not change it: repeats and broken lines are not distinct resources.
 */
export async function expectedCounts(
  population: Population,
  groups: readonly SandboxGroup[],
  types: readonly ResourceType[] = resourceTypes,
  window: Window = always,
): Promise<Partial<Record<ResourceType, number>>> {
  const roster = rosterOf(groups);
  const census = await takeCensus(population, roster, types, window);
  const counts: Partial<Record<ResourceType, number>> = {};
  for (const type of types) {
    const count = isSharedType(type)
      ? population.sharedInside(window)
        ? population.sharedCount(type) * groups.length
        : 0
      : (census.get(type)?.[roster.size] ?? 0);
    if (count > 0) counts[type] = count;
  }
  return counts;
}
