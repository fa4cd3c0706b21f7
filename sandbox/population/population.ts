import { groups, type SandboxGroup } from "../groups";
import type { DocumentOptions } from "./documents";
import { ownerIdentity, placeOf, resourceId, sharedOwner } from "./identity";
import { type Life, life, organizationsPerGroup, practitionersPerGroup } from "./life";
import { always, isInside, type Window, writeAt } from "./presence";
import { isSharedType, type ResourceType, resourceTypes, type SharedType } from "./resource-types";
import { countOf } from "./write-resource";
import { sharedUpdated, writeShared } from "./write-shared";

export interface PopulationOptions {
  seed: number;
  /** Multiplies the sizes of the groups. */
  scale: number;
  /** The population's present (milliseconds). */
  asOf: number;
  /** DocumentReferences with attachments; none by default. */
  documents?: DocumentOptions;
}

/** The seed, scale and present of the demo. */
export const standardPopulation: PopulationOptions = {
  seed: 20261123,
  scale: 1,
  asOf: Date.UTC(2026, 10, 1),
};

/** All groups, patients and resources of a sandbox; holds nothing but the options. */
export class Population {
  readonly groups: SandboxGroup[];
  /** The types that there are. */
  readonly types: readonly ResourceType[];
  /** Where the attachments of documents are; told by the server once it listens. */
  fhirBaseUrl = "";

  constructor(readonly options: PopulationOptions) {
    this.groups = groups(options.scale);
    this.types = resourceTypes.filter((type) => type !== "DocumentReference" || options.documents);
  }

  has(type: string): type is ResourceType {
    return (this.types as readonly string[]).includes(type);
  }

  group(id: string): SandboxGroup | undefined {
    return this.groups.find((group) => group.id === id);
  }

  /** One patient's life, produced anew. */
  person(group: SandboxGroup, index: number): Life {
    const { seed, asOf, documents } = this.options;
    const person = life(seed, group.number, index, asOf);
    if (documents) person.documents = { ...documents, fhirBaseUrl: this.fhirBaseUrl };
    return person;
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

  /** One resource as a line of JSON, null when none of that type and id is inside the window. */
  read(type: ResourceType, id: string, window: Window = always): string | null {
    const found = this.find(id);
    if (!found || found.type !== type) return null;
    if (isSharedType(type))
      return this.sharedInside(window) ? this.sharedLine(found.group, type, found.n) : null;
    const person = this.person(found.group, found.owner);
    return isInside(person, type, found.n, window) ? writeAt(person, type, found.n, window) : null;
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
