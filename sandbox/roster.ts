import type { SandboxGroup } from "./groups";
import type { Population } from "./population/population";
import { isSharedType, type ResourceType } from "./population/resource-types";
import type { Selection } from "./selection";

/** The patients of one export, in order, without a list of them unless some were picked. */
export interface Roster {
  size: number;
  at(position: number): { group: SandboxGroup; index: number };
}

/** All patients of these groups. */
export function rosterOf(groups: readonly SandboxGroup[]): Roster {
  const size = groups.reduce((sum, group) => sum + group.size, 0);
  return {
    size,
    at(position) {
      let left = position;
      for (const group of groups) {
        if (left < group.size) return { group, index: left };
        left -= group.size;
      }
      throw new RangeError(`no patient ${position}`);
    },
  };
}

/** These patients alone. */
export function rosterOfPatients(
  patients: readonly { group: SandboxGroup; index: number }[],
): Roster {
  return {
    size: patients.length,
    at(position) {
      const patient = patients[position];
      if (!patient) throw new RangeError(`no patient ${position}`);
      return patient;
    },
  };
}

/** Per type, how many resources lie before each patient of a roster; the last entry is the total. */
export type Census = Map<ResourceType, Uint32Array>;

/**
 * Counts a roster's resources. Lives a stretch of patients at a time and lets the event loop turn
 * between, so that a large export being prepared does not stop the server.
 *
 * @param onProgress called with the share done, 0 to 1; counting stops when it returns false.
 */
export async function takeCensus(
  population: Population,
  roster: Roster,
  types: readonly ResourceType[],
  selection: Selection,
  onProgress: (share: number) => boolean = () => true,
): Promise<Census> {
  const census: Census = new Map();
  const personal = types.filter((type) => !isSharedType(type));
  for (const type of personal) census.set(type, new Uint32Array(roster.size + 1));
  let turn = performance.now();
  for (let position = 0; position < roster.size && personal.length > 0; position += 1) {
    const { group, index } = roster.at(position);
    const person = population.person(group, index);
    for (const type of personal) {
      const before = census.get(type);
      if (!before || isSharedType(type)) continue;
      before[position + 1] = (before[position] ?? 0) + selection.count(person, type);
    }
    if (performance.now() - turn < 15) continue;
    if (!onProgress((position + 1) / roster.size)) break;
    await new Promise((resolve) => setImmediate(resolve));
    turn = performance.now();
  }
  return census;
}
