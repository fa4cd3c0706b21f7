import { groups, type SandboxGroup } from "../groups";
import { ownerIdentity, placeOf, resourceId, sharedOwner } from "./identity";
import { type Life, life, organizationsPerGroup, practitionersPerGroup } from "./life";
import {
  isSharedType,
  type PatientType,
  type ResourceType,
  type SharedType,
} from "./resource-types";
import { countOf, updatedAt, writeResource } from "./write-resource";
import { sharedUpdated, writeShared } from "./write-shared";

export interface PopulationOptions {
  seed: number;
  /** Multiplies the sizes of the groups. */
  scale: number;
  /** The population's present (milliseconds). */
  asOf: number;
}

/** A range of meta.lastUpdated in milliseconds: from ≤ t < to. */
export interface Window {
  from: number;
  to: number;
}

export const always: Window = { from: -Infinity, to: Infinity };

/** The seed, scale and present of the demo. */
export const standardPopulation: PopulationOptions = {
  seed: 20261123,
  scale: 1,
  asOf: Date.UTC(2026, 10, 1),
};

/** All groups, patients and resources of a sandbox; holds nothing but the options. */
export class Population {
  readonly groups: SandboxGroup[];

  constructor(readonly options: PopulationOptions) {
    this.groups = groups(options.scale);
  }

  group(id: string): SandboxGroup | undefined {
    return this.groups.find((group) => group.id === id);
  }

  /** One patient's life, produced anew. */
  person(group: SandboxGroup, index: number): Life {
    return life(this.options.seed, group.number, index, this.options.asOf);
  }

  patientId(group: SandboxGroup, index: number): string {
    return resourceId(ownerIdentity(this.options.seed, group.number, index), "Patient", 0);
  }

  /** Where a resource id leads; null when no resource of this population has it. */
  find(id: string): { group: SandboxGroup; owner: number; type: ResourceType; n: number } | null {
    const place = placeOf(this.options.seed, id);
    const group = place ? this.groups[place.groupNumber] : undefined;
    if (!place || !group) return null;
    const { owner, type, n } = place;
    if (isSharedType(type))
      return owner === sharedOwner && n < this.sharedCount(type) ? { group, owner, type, n } : null;
    if (owner >= group.size || n >= countOf(this.person(group, owner), type)) return null;
    return { group, owner, type, n };
  }

  /** One resource as a line of JSON, null when there is none of that type and id. */
  read(type: ResourceType, id: string): string | null {
    const found = this.find(id);
    if (!found || found.type !== type) return null;
    if (isSharedType(type)) return this.sharedLine(found.group, type, found.n);
    return writeResource(this.person(found.group, found.owner), type, found.n);
  }

  sharedCount(type: SharedType): number {
    return type === "Organization" ? organizationsPerGroup : practitionersPerGroup;
  }

  sharedLine(group: SandboxGroup, type: SharedType, n: number): string {
    const shared = ownerIdentity(this.options.seed, group.number, sharedOwner);
    return writeShared(shared, group.name, type, n);
  }

  sharedInside(window: Window): boolean {
    return sharedUpdated >= window.from && sharedUpdated < window.to;
  }
}

/** Numbers of a person's resources of a type whose lastUpdated is inside the window. */
export function countInside(person: Life, type: PatientType, window: Window): number {
  const all = countOf(person, type);
  if (window.from === -Infinity && window.to === Infinity) return all;
  let inside = 0;
  for (let n = 0; n < all; n += 1) {
    const updated = updatedAt(person, type, n);
    if (updated >= window.from && updated < window.to) inside += 1;
  }
  return inside;
}
