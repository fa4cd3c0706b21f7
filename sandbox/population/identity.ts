import { scramble, unscramble } from "./random";
import { type ResourceType, resourceTypes } from "./resource-types";

/** The owner of a group's shared resources, in the place of a patient's index. */
export const sharedOwner = 0x7fffffff;

/** Where a resource sits in the population: enough to produce it again without storing anything. */
export interface Place {
  groupNumber: number;
  /** Index of the patient in its group, or `sharedOwner`. */
  owner: number;
  type: ResourceType;
  /** Position among the owner's resources of that type. */
  n: number;
}

const hex8 = (value: number) => (value >>> 0).toString(16).padStart(8, "0");
const typeNumbers = new Map<string, number>(resourceTypes.map((type, i) => [type, i]));

/**
 * Ids that look like random UUIDs and yet say which resource they name: an owner's 28-character
 * tail (group and index, scrambled with the seed, and a check) behind 8 digits for type and number.
 * So `GET Observation/{id}` finds its resource at once in a population of any size.
 */
export interface OwnerIdentity {
  key: number;
  tail: string;
}

/** The part of the ids that all resources of one owner share. */
export function ownerIdentity(seed: number, groupNumber: number, owner: number): OwnerIdentity {
  const groupKey = scramble(seed ^ Math.imul(groupNumber + 1, 0x9e3779b9));
  const key = scramble(groupKey ^ owner);
  const check = scramble(key ^ Math.imul(seed | 1, 0x5bd1e995));
  const a = hex8(key);
  const b = hex8(check);
  const c = hex8(scramble(check));
  const group = (groupNumber ^ (check & 0xff)).toString(16).padStart(2, "0");
  // xxxx-8xxx-axxx-xxxxxxxxxxxx: version 8 (custom) and the RFC 9562 variant.
  const tail = `${a.slice(0, 4)}-8${a.slice(4, 7)}-a${a.slice(7)}${group}-${b}${c.slice(0, 4)}`;
  return { key, tail };
}

/** The id of an owner's nth resource of a type. */
export function resourceId(identity: OwnerIdentity, type: ResourceType, n: number): string {
  const number = typeNumbers.get(type) as number;
  return `${hex8(scramble(((number << 24) | n) ^ identity.key))}-${identity.tail}`;
}

/** The inverse of resourceId; null for an id that this population never gave out. */
export function placeOf(seed: number, id: string): Place | null {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/.test(id)) return null;
  const key = Number.parseInt(id.slice(9, 13) + id.slice(15, 18) + id.slice(20, 21), 16);
  const check = scramble(key ^ Math.imul(seed | 1, 0x5bd1e995));
  const groupNumber = Number.parseInt(id.slice(21, 23), 16) ^ (check & 0xff);
  const groupKey = scramble(seed ^ Math.imul(groupNumber + 1, 0x9e3779b9));
  const owner = (unscramble(key) ^ groupKey) >>> 0;
  if (ownerIdentity(seed, groupNumber, owner).tail !== id.slice(9)) return null;
  const packed = unscramble(Number.parseInt(id.slice(0, 8), 16)) ^ key;
  const type = resourceTypes[packed >>> 24];
  if (!type) return null;
  return { groupNumber, owner, type, n: packed & 0xffffff };
}
