/** One of the sandbox's insurance groups. `size` is already scaled. */
export interface SandboxGroup {
  /** Position in the list; part of every id, so never reorder. */
  number: number;
  id: string;
  name: string;
  size: number;
}

const list: [id: string, name: string, size: number][] = [
  ["BMCHealthNet", "BMC HealthNet", 100],
  ["BlueCrossBlueShield", "Blue Cross Blue Shield", 270],
  ["FallonHealth", "Fallon Health", 30],
  ["HarvardPilgrimHealthCare", "Harvard Pilgrim Health Care", 30],
  ["HealthNewEngland", "Health New England", 250],
  ["MinutemanHealth", "Minuteman Health", 30],
  ["NeighborhoodHealthPlan", "Neighborhood Health Plan", 70],
  ["TuftsHealthPlan", "Tufts Health Plan", 220],
];

/**
 * The eight groups with their sizes multiplied by `scale` (never below one patient).
 *
 * @param scale 1 for the demo (1,000 patients in all); 0.1 for quick tests; 10 for 10,000 patients.
 */
export function groups(scale: number): SandboxGroup[] {
  return list.map(([id, name, size], number) => ({
    number,
    id,
    name,
    size: Math.max(1, Math.round(size * scale)),
  }));
}
