import { instantText } from "./calendar";
import { type OwnerIdentity, resourceId } from "./identity";
import { heritageAt, nameOf, type PersonName } from "./names";
import { Random } from "./random";
import type { SharedType } from "./resource-types";

/** Everybody and every place was entered at the same moment, before any record begins. */
export const sharedUpdated = Date.UTC(2015, 0, 5, 17);

const names = new Map<string, PersonName>();

/** The nth practitioner's name; kept, since every observation quotes one. */
export function practitionerName(shared: OwnerIdentity, n: number): PersonName {
  const key = `${shared.tail}${n}`;
  let name = names.get(key);
  if (!name) {
    const random = new Random(shared.key + n * 7919);
    name = nameOf(heritageAt(random.next()), random.chance(0.5), random);
    if (names.size > 5_000) names.clear();
    names.set(key, name);
  }
  return name;
}

const organizationNames = [
  ["General Hospital", "prov", "Healthcare Provider"],
  ["Family Medicine", "prov", "Healthcare Provider"],
  ["Community Health Center", "prov", "Healthcare Provider"],
  ["Medical Associates", "prov", "Healthcare Provider"],
] as const;

/** A group's nth Organization or Practitioner as one line of JSON, without the line break. */
export function writeShared(
  shared: OwnerIdentity,
  groupName: string,
  type: SharedType,
  n: number,
): string {
  const id = resourceId(shared, type, n);
  const updated = instantText(sharedUpdated);
  const npi = 1000000000 + ((shared.key + n * 104729) % 899999999);
  const start = {
    resourceType: type,
    id,
    meta: {
      versionId: "1",
      lastUpdated: updated,
      profile: [`http://hl7.org/fhir/us/core/StructureDefinition/us-core-${type.toLowerCase()}`],
    },
    identifier: [{ system: "http://hl7.org/fhir/sid/us-npi", value: String(npi) }],
    active: true,
  };
  if (type === "Organization") {
    const [name, code, display] = organizationNames[n] as (typeof organizationNames)[number];
    return JSON.stringify({
      ...start,
      type: [
        {
          coding: [
            { system: "http://terminology.hl7.org/CodeSystem/organization-type", code, display },
          ],
        },
      ],
      name: `${groupName} ${name}`,
      telecom: [{ system: "phone", value: `555-010-${1000 + n}` }],
      address: [{ line: [`${n + 1} Hospital Road`], city: "Boston", state: "MA", country: "US" }],
    });
  }
  const name = practitionerName(shared, n);
  return JSON.stringify({
    ...start,
    name: [
      { use: "official", text: name.text, family: name.family, given: name.given, prefix: ["Dr."] },
    ],
  });
}
