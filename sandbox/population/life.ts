import { type Allergen, allergens } from "./allergens";
import { type Body, bodyMassIndex, measure } from "./body";
import { day, year } from "./calendar";
import {
  type AcuteCondition,
  acuteConditions,
  along,
  type ChronicCondition,
  type ChronicName,
  chronicConditions,
  chronicNames,
} from "./conditions";
import type { PatientDocuments } from "./documents";
import { type OwnerIdentity, ownerIdentity, sharedOwner } from "./identity";
import type { MeasureName, PanelName } from "./measures";
import { type Medication, medications } from "./medications";
import { type Heritage, heritageAt, nameOf, type PersonName } from "./names";
import { Random } from "./random";
import {
  childhoodVaccines,
  covid,
  influenza,
  pneumococcal,
  tetanus,
  type Vaccine,
  zoster,
} from "./vaccines";

/** How many organizations and practitioners each group shares. */
export const organizationsPerGroup = 4;
export const practitionersPerGroup = 16;

/** Years of encounters that the records reach back. */
const recordYears = 6;

export type EncounterClass = "AMB" | "EMER" | "IMP" | "VR" | "HH";

export interface Encounter {
  n: number;
  at: number;
  end: number;
  class: EncounterClass;
  type: readonly [code: string, display: string];
  purpose: "wellness" | "chronic" | "acute" | "pregnancy";
  /** The chronic condition that it follows up. */
  follows: ChronicName | null;
  /** The illness that it is for. */
  illness: AcuteCondition | null;
  /** The condition named as its reason, once diagnosed. */
  reason: Condition | null;
  practitioner: number;
  organization: number;
}

export interface Condition {
  n: number;
  code: string;
  display: string;
  onset: number;
  abated: number | null;
  encounter: Encounter | null;
  category: "problem-list-item" | "encounter-diagnosis";
}

export interface Observation {
  n: number;
  measure: MeasureName;
  value: number;
  second: number;
  encounter: Encounter;
  at: number;
}

export interface Prescription {
  n: number;
  medication: Medication;
  at: number;
  ends: number;
  status: "active" | "completed" | "stopped";
  course: boolean;
  reason: Condition | null;
  encounter: Encounter;
}

export interface Procedure {
  n: number;
  code: string;
  display: string;
  at: number;
  minutes: number;
  reason: Condition | null;
  encounter: Encounter;
}

export interface Immunization {
  n: number;
  vaccine: Vaccine;
  at: number;
  encounter: Encounter;
}

export interface Allergy {
  n: number;
  allergen: Allergen;
  at: number;
  active: boolean;
}

export interface Report {
  n: number;
  panel: PanelName;
  at: number;
  encounter: Encounter;
  results: Observation[];
}

/** One patient and everything that happened, before it is written as FHIR. Times in milliseconds. */
export interface Life {
  identity: OwnerIdentity;
  shared: OwnerIdentity;
  index: number;
  female: boolean;
  heritage: Heritage;
  name: PersonName;
  speaksEnglish: boolean;
  birth: number;
  death: number | null;
  married: boolean;
  address: number;
  phone: number;
  updated: number;
  /** Documents of this patient: how many, with which faults, at which server (documents.ts). */
  documents: PatientDocuments | null;
  practitioner: number;
  encounters: Encounter[];
  conditions: Condition[];
  observations: Observation[];
  prescriptions: Prescription[];
  procedures: Procedure[];
  immunizations: Immunization[];
  allergies: Allergy[];
  reports: Report[];
}

/** An insured population: [youngest age of the band, share]. */
const pyramid = [
  [0, 0.112, 10],
  [10, 0.128, 10],
  [20, 0.13, 10],
  [30, 0.138, 10],
  [40, 0.127, 10],
  [50, 0.13, 10],
  [60, 0.117, 10],
  [70, 0.076, 10],
  [80, 0.034, 10],
  [90, 0.008, 8],
] as const;

const wellnessMonths = [0.5, 1, 2, 4, 6, 9, 12, 15, 18, 24, 30];
const visit = {
  wellChild: ["410620009", "Well child visit (procedure)"],
  wellness: ["162673000", "General examination of patient (procedure)"],
  followUp: ["390906007", "Follow-up encounter"],
  symptom: ["185345009", "Encounter for symptom"],
  emergency: ["50849002", "Emergency room admission (procedure)"],
  inpatient: ["183452005", "Encounter Inpatient"],
  prenatalFirst: ["424441002", "Prenatal initial visit"],
  prenatal: ["424619006", "Prenatal visit"],
  delivery: ["183460006", "Obstetric emergency hospital admission"],
  postnatal: ["169762003", "Postnatal visit"],
} as const;

const pregnancyRate = [
  [16, 0],
  [18, 0.02],
  [25, 0.09],
  [31, 0.115],
  [37, 0.05],
  [43, 0],
] as const;
const wellnessChance = [
  [3, 0.9],
  [17, 0.75],
  [22, 0.42],
  [40, 0.62],
  [65, 0.85],
  [90, 0.8],
] as const;
const labChance = [
  [18, 0.15],
  [30, 0.4],
  [45, 0.75],
  [65, 0.9],
] as const;

interface ChronicCourse {
  name: ChronicName;
  condition: ChronicCondition;
  onset: number;
  abated: number | null;
  record: Condition | null;
}

function ageToday(random: Random): number {
  let left = random.next();
  for (const [from, share, width] of pyramid) {
    if (left < share) return from + (left / share) * width;
    left -= share;
  }
  return random.between(20, 60);
}

/** Which chronic diseases a person has by the end, and since when. */
function chronicCourses(body: Body, end: number, random: Random): ChronicCourse[] {
  const age = (end - body.birth) / year;
  const courses: ChronicCourse[] = [];
  const has = new Set<string>();
  for (const name of chronicNames) {
    const condition: ChronicCondition = chronicConditions[name];
    const roll = random.next();
    const when = random.next();
    const ends = random.next();
    if (age <= condition.from) continue;
    if (condition.only && (condition.only === "female") !== body.female) continue;
    if (condition.needs && !has.has(condition.needs)) continue;
    let chance = along(condition.prevalence, age);
    for (const [other, factor] of condition.after ?? []) if (has.has(other)) chance *= factor;
    const latest = Math.min(age, condition.to ?? age);
    let onsetAge = condition.from + (latest - condition.from) * Math.sqrt(when);
    if (condition.from < 16) onsetAge = condition.from + (latest - condition.from) * when ** 1.7;
    if (name === "obesity") {
      if (age < 20 || bodyMassIndex(body, age) < 30 || roll > 0.9) continue;
      onsetAge = 18 + when * 2;
      while (onsetAge < age - 1 && bodyMassIndex(body, onsetAge) < 30) onsetAge += 1;
    } else if (roll >= chance) continue;
    const onset = body.birth + onsetAge * year;
    const resolved = condition.resolves !== undefined && ends < condition.resolves;
    const later = onset + (0.5 + ends * 6) * year;
    has.add(name);
    courses.push({
      name,
      condition,
      onset,
      abated: resolved && later < end - day ? later : null,
      record: null,
    });
  }
  const diabetes = courses.find((course) => course.name === "diabetes");
  if (!diabetes) return courses;
  // Prediabetes ends where diabetes begins; complications come after it.
  return courses.filter((course) => {
    if (course.name === "neuropathy") course.onset = Math.max(course.onset, diabetes.onset + year);
    if (course.name !== "prediabetes") return course.onset < end;
    course.abated = diabetes.onset;
    return course.onset < diabetes.onset;
  });
}

/**
 * The life of one patient: a pure function of its arguments, so any part of the population can be
 * produced again at any time without storing anything.
 *
 * @param asOf the sandbox's present (milliseconds); nothing happens after it.
 */
export function life(seed: number, groupNumber: number, index: number, asOf: number): Life {
  const identity = ownerIdentity(seed, groupNumber, index);
  const random = new Random(identity.key ^ 0x2545f491);

  const age = ageToday(random);
  const female = random.chance(age > 80 ? 0.6 : age > 65 ? 0.54 : 0.505);
  const birth = Math.floor((asOf - age * year) / day) * day + 5 * 3_600_000;
  const deathRoll = random.next();
  const deathAt = random.next();
  const mortality = age < 50 ? 0.004 : 0.012 + Math.max(0, age - 60) * 0.0042;
  const death =
    deathRoll < mortality && age > 3 ? Math.floor(asOf - (0.05 + deathAt * 3.5) * year) : null;
  const end = death ?? asOf;
  const heritage = heritageAt(random.next());
  const name = nameOf(heritage, female, random);
  const speaksEnglish = !random.chance(heritage.speaks) || heritage.language[0] === "en-US";
  const smokes = random.next();

  const body: Body = {
    female,
    birth,
    adultHeightCm: random.normal(female ? 163 : 176.5, female ? 6.3 : 6.9),
    build: Math.exp(random.normal(0, 0.17)),
    adherence: 0.35 + 0.65 * Math.sqrt(random.next()),
    level: random.between(-1, 1),
    smoker: smokes < 0.62 ? "never" : smokes < 0.87 ? "former" : "current",
    onset: {},
    lungs: false,
    anticoagulated: false,
  };
  const courses = chronicCourses(body, end, random);
  for (const course of courses) {
    const key = course.name;
    if (
      key === "hypertension" ||
      key === "diabetes" ||
      key === "prediabetes" ||
      key === "hyperlipidemia" ||
      key === "kidneyDisease" ||
      key === "anemia"
    )
      body.onset[key] = course.onset;
    if (key === "hypothyroidism") body.hypothyroidSince = course.onset;
    if (key === "depression") body.depressedSince = course.onset;
    if (key === "copd") body.lungs = true;
    if (key === "atrialFibrillation") body.anticoagulated = true;
  }

  const person: Life = {
    identity,
    shared: ownerIdentity(seed, groupNumber, sharedOwner),
    index,
    female,
    heritage,
    name,
    speaksEnglish,
    birth,
    death,
    married: age > 22 && random.chance(age > 30 ? 0.62 : 0.25),
    address: random.integer(0, 0x3fffffff),
    phone: random.integer(1000000, 9999999),
    updated: 0,
    documents: null,
    practitioner: random.integer(0, practitionersPerGroup - 1),
    encounters: [],
    conditions: [],
    observations: [],
    prescriptions: [],
    procedures: [],
    immunizations: [],
    allergies: [],
    reports: [],
  };

  const start = Math.max(birth, asOf - recordYears * year);
  const lastDay = end - 9 * day;
  const pregnancies = scheduleEncounters(person, body, courses, start, lastDay, random);
  person.encounters.sort((a, b) => a.at - b.at);
  for (let n = 0; n < person.encounters.length; n += 1) (person.encounters[n] as Encounter).n = n;

  diagnose(person, courses, pregnancies, end);
  examine(person, body, pregnancies, random);
  prescribe(person, body, courses, end, random);
  findAllergies(person, courses, start, random);

  const last = person.encounters[person.encounters.length - 1];
  person.updated = Math.min(asOf, death ?? (last ? last.end : birth) + 2 * day);
  return person;
}

interface Pregnancy {
  from: number;
  to: number;
  delivered: boolean;
  record: Condition | null;
}

function meet(
  person: Life,
  at: number,
  purpose: Encounter["purpose"],
  kind: EncounterClass,
  type: Encounter["type"],
  random: Random,
): Encounter {
  // Office hours, in the sandbox's zone (UTC−5); an emergency comes at any time.
  const emergency = kind === "EMER" || kind === "IMP";
  const hour = emergency ? random.between(0, 24) : random.between(13, 22);
  const from = Math.floor(at / day) * day + Math.floor(hour * 3600) * 1000;
  const minutes =
    kind === "IMP"
      ? random.integer(1, 7) * 1440 + random.integer(0, 600)
      : kind === "EMER"
        ? random.integer(60, 420)
        : random.integer(3, 12) * 5;
  const encounter: Encounter = {
    n: 0,
    at: from,
    // Nobody is still in hospital at the end of the record.
    end: Math.min(
      from + minutes * 60_000,
      Math.floor(at / day) * day + (kind === "IMP" ? 7 : 1) * day,
    ),
    class: kind,
    type,
    purpose,
    follows: null,
    illness: null,
    reason: null,
    practitioner:
      emergency || random.chance(0.15)
        ? random.integer(0, practitionersPerGroup - 1)
        : person.practitioner,
    organization: emergency ? 0 : 1 + (person.practitioner % (organizationsPerGroup - 1)),
  };
  person.encounters.push(encounter);
  return encounter;
}

function scheduleEncounters(
  person: Life,
  body: Body,
  courses: ChronicCourse[],
  start: number,
  lastDay: number,
  random: Random,
): Pregnancy[] {
  const { birth } = body;
  const phase = random.next() * year;

  // Check-ups: the schedule of infancy, then a year apart.
  for (const months of wellnessMonths) {
    const at = birth + (months / 12) * year + random.between(0, 6) * day;
    if (at >= start && at < lastDay && random.chance(0.94))
      meet(person, at, "wellness", "AMB", visit.wellChild, random);
  }
  const firstYearly = Math.max(birth + 3 * year, start + phase - year);
  for (let at = firstYearly; at < lastDay; at += year) {
    const age = (at - birth) / year;
    const moved = at + random.between(-25, 25) * day;
    if (moved < start || moved >= lastDay || !random.chance(along(wellnessChance, age))) continue;
    meet(person, moved, "wellness", "AMB", age < 18 ? visit.wellChild : visit.wellness, random);
  }

  // Follow-up of chronic disease, oftener the more there is; some by video, some at home.
  for (const course of courses) {
    const gap = year / (course.condition.visits * 0.72);
    let at = Math.max(start, course.onset) + random.next() * gap;
    const until = Math.min(lastDay, course.abated ?? lastDay);
    for (; at < until; at += gap * random.between(0.7, 1.3)) {
      const age = (at - birth) / year;
      const roll = random.next();
      const video = at > Date.UTC(2020, 3, 1) && roll < 0.14;
      const kind = video ? "VR" : age > 82 && roll > 0.85 ? "HH" : "AMB";
      const encounter = meet(person, at, "chronic", kind, visit.followUp, random);
      encounter.follows = course.name;
    }
  }

  // Illness and injury: a chance each year, more in its season.
  for (const illness of acuteConditions) {
    if (illness.only && (illness.only === "female") !== body.female) continue;
    for (let from = start; from < lastDay; from += year) {
      const roll = random.next();
      if (roll >= along(illness.incidence, (from - birth) / year)) continue;
      let at = from + random.next() * year;
      if (illness.season && random.chance(0.6)) {
        const month = random.pick(illness.season);
        const in_ =
          new Date(from).getUTCFullYear() + (month < new Date(from).getUTCMonth() ? 1 : 0);
        at = Date.UTC(in_, month, random.integer(1, 28));
      }
      if (at < start || at >= lastDay || at < (illness.since ?? 0)) continue;
      const video = illness.seen === "AMB" && at > Date.UTC(2020, 3, 1) && random.chance(0.1);
      const type =
        illness.seen === "IMP"
          ? visit.inpatient
          : illness.seen === "EMER"
            ? visit.emergency
            : visit.symptom;
      const encounter = meet(person, at, "acute", video ? "VR" : illness.seen, type, random);
      encounter.illness = illness;
    }
  }

  const pregnancies: Pregnancy[] = [];
  if (!body.female) return pregnancies;
  for (let from = start; from < lastDay; from += year) {
    const age = (from - birth) / year;
    if (!random.chance(along(pregnancyRate, age))) continue;
    const conceived = from + random.next() * 300 * day;
    const born = conceived + random.between(37.5, 41) * 7 * day;
    const before = pregnancies[pregnancies.length - 1];
    if (conceived > lastDay - 60 * day || (before && conceived < before.to + 240 * day)) continue;
    const delivered = born < lastDay;
    pregnancies.push({ from: conceived, to: Math.min(born, lastDay), delivered, record: null });
    for (const week of [8, 13, 18, 22, 27, 31, 34, 36]) {
      const at = conceived + week * 7 * day;
      if (at < lastDay)
        meet(
          person,
          at,
          "pregnancy",
          "AMB",
          week === 8 ? visit.prenatalFirst : visit.prenatal,
          random,
        );
    }
    if (!delivered) continue;
    meet(person, born, "pregnancy", "IMP", visit.delivery, random);
    if (born + 42 * day < lastDay)
      meet(person, born + 42 * day, "pregnancy", "AMB", visit.postnatal, random);
  }
  return pregnancies;
}

function encounterAfter(person: Life, at: number): Encounter | null {
  for (const encounter of person.encounters) if (encounter.at >= at) return encounter;
  return null;
}

/** Writes the problem list and gives every encounter its reason. */
function diagnose(
  person: Life,
  courses: ChronicCourse[],
  pregnancies: Pregnancy[],
  end: number,
): void {
  const add = (condition: Omit<Condition, "n">): Condition => {
    const record = { n: person.conditions.length, ...condition };
    person.conditions.push(record);
    return record;
  };
  const first = person.encounters[0];
  for (const course of courses) {
    const { code, display } = course.condition;
    // An onset before the record began is history, told at no encounter of ours.
    const told = first && course.onset > first.at ? encounterAfter(person, course.onset) : null;
    const onset = told ? told.at : course.onset;
    const abated = course.abated !== null && course.abated > onset ? course.abated : null;
    course.record = add({
      code,
      display,
      onset,
      abated,
      encounter: told,
      category: "problem-list-item",
    });
  }
  for (const pregnancy of pregnancies) {
    const encounter = encounterAfter(person, pregnancy.from);
    pregnancy.record = add({
      code: "72892002",
      display: "Normal pregnancy",
      onset: pregnancy.from,
      abated: pregnancy.delivered ? pregnancy.to : null,
      encounter,
      category: "problem-list-item",
    });
  }
  for (const encounter of person.encounters) {
    if (encounter.illness) {
      const { code, display, lasts } = encounter.illness;
      const days = lasts[0] + (lasts[1] - lasts[0]) * (((encounter.at / 1000) % 97) / 97);
      const passed = encounter.at + days * day;
      encounter.reason = add({
        code,
        display,
        onset: encounter.at,
        abated: passed < end - day ? passed : null,
        encounter,
        category: "encounter-diagnosis",
      });
    } else if (encounter.follows) {
      const course = courses.find(({ name }) => name === encounter.follows);
      const record = course?.record;
      encounter.reason = record && record.onset <= encounter.at ? record : null;
    } else if (encounter.purpose === "pregnancy") {
      const pregnancy = pregnancies.find(
        ({ from, to }) => encounter.at >= from && encounter.at <= to + 60 * day,
      );
      encounter.reason = pregnancy?.record ?? null;
    }
  }
}

const lipid: readonly MeasureName[] = ["cholesterol", "triglycerides", "ldl", "hdl"];
const metabolic: readonly MeasureName[] = ["glucose", "creatinine", "egfr", "sodium", "potassium"];
const bloodCount: readonly MeasureName[] = ["hemoglobin", "leukocytes", "platelets"];

/** What a follow-up of a condition looks at, beyond the usual vital signs. */
const followUps: Partial<Record<ChronicName, readonly MeasureName[]>> = {
  diabetes: ["hba1c", "glucose"],
  prediabetes: ["hba1c"],
  kidneyDisease: ["creatinine", "egfr", "potassium", "albuminCreatinine"],
  hypothyroidism: ["tsh"],
  atrialFibrillation: ["inr"],
  depression: ["phq9"],
  anxiety: ["phq9"],
  asthma: ["oxygenSaturation", "respiratoryRate"],
  copd: ["oxygenSaturation", "respiratoryRate"],
  heartFailure: ["oxygenSaturation", "potassium"],
};

/** Vitals, laboratory, procedures, vaccines and reports, encounter by encounter. */
function examine(person: Life, body: Body, pregnancies: Pregnancy[], random: Random): void {
  const observe = (
    encounter: Encounter,
    name: MeasureName,
    extra = 0,
    at = encounter.at + 600_000,
  ): Observation => {
    const [value, second] = measure(body, name, at, random, extra);
    const n = person.observations.length;
    const observation = { n, measure: name, value, second, encounter, at };
    person.observations.push(observation);
    return observation;
  };
  const panel = (
    encounter: Encounter,
    name: PanelName,
    parts: readonly MeasureName[],
    extra = 0,
  ): void => {
    const at = encounter.at + 1_500_000;
    const results = parts.map((part) => observe(encounter, part, extra, at));
    person.reports.push({ n: person.reports.length, panel: name, at, encounter, results });
  };
  const perform = (
    encounter: Encounter,
    [code, display]: readonly [string, string],
    minutes: number,
  ): void => {
    person.procedures.push({
      n: person.procedures.length,
      code,
      display,
      at: encounter.at + 300_000,
      minutes,
      reason: encounter.reason,
      encounter,
    });
  };
  const vaccinate = (encounter: Encounter, vaccine: Vaccine): void => {
    person.immunizations.push({
      n: person.immunizations.length,
      vaccine,
      at: encounter.at + 900_000,
      encounter,
    });
  };
  const dueChildhood = new Set(
    childhoodVaccines
      .filter(
        ([months]) =>
          body.birth + (months / 12) * year > (person.encounters[0]?.at ?? 0) - 60 * day,
      )
      .map(([months]) => months),
  );
  const seen = { influenza: -1, tetanus: 0, zoster: false, pneumococcal: false, covid: -1 };
  const examined = { mammogram: 0, colonoscopy: 0 };

  for (const encounter of person.encounters) {
    const age = (encounter.at - body.birth) / year;
    const inPerson = encounter.class !== "VR";
    const fever = encounter.illness?.fever ?? 0;
    if (encounter.purpose === "wellness") {
      observe(encounter, "height");
      observe(encounter, "weight");
      if (age >= 2) observe(encounter, "bmi");
      if (age >= 3) observe(encounter, "bloodPressure");
      observe(encounter, "heartRate");
      if (age < 3 || random.chance(0.3)) observe(encounter, "respiratoryRate");
      if (age < 3) observe(encounter, "temperature");
      if (age >= 14 && random.chance(0.7)) observe(encounter, "smoking");
      if (age >= 13 && random.chance(0.3)) {
        observe(encounter, "phq9");
        perform(encounter, ["171207006", "Depression screening"], 10);
      }
      if (age >= 18 && random.chance(along(labChance, age))) {
        panel(encounter, "lipid", lipid);
        panel(encounter, "metabolic", metabolic);
        if (random.chance(0.5)) panel(encounter, "bloodCount", bloodCount);
        if (age >= 35 && random.chance(0.5)) observe(encounter, "hba1c");
      }
      if (age >= 65 && random.chance(0.6))
        perform(encounter, ["430193006", "Medication Reconciliation (procedure)"], 15);
      if (body.female && age >= 45 && age < 76 && encounter.at > examined.mammogram + 1.8 * year) {
        examined.mammogram = encounter.at;
        if (random.chance(0.7)) perform(encounter, ["71651007", "Mammography (procedure)"], 30);
      }
      if (age >= 45 && age < 77 && examined.colonoscopy === 0 && random.chance(0.16)) {
        examined.colonoscopy = encounter.at;
        perform(encounter, ["73761001", "Colonoscopy"], 60);
      }
      for (const [months, given] of childhoodVaccines) {
        const tooEarly = age * 12 < months - 0.6;
        if (tooEarly || !dueChildhood.has(months) || age > 18) continue;
        dueChildhood.delete(months);
        if (random.chance(0.93)) for (const vaccine of given) vaccinate(encounter, vaccine);
      }
      if (age >= 19 && encounter.at > seen.tetanus + 9.5 * year && random.chance(0.25)) {
        seen.tetanus = encounter.at;
        vaccinate(encounter, tetanus);
      }
      if (age >= 50 && !seen.zoster && random.chance(0.2)) {
        seen.zoster = true;
        vaccinate(encounter, zoster);
      }
      if (age >= 65 && !seen.pneumococcal && random.chance(0.35)) {
        seen.pneumococcal = true;
        vaccinate(encounter, pneumococcal);
      }
    } else if (encounter.purpose === "chronic") {
      if (inPerson) {
        observe(encounter, "weight");
        if (age >= 3) observe(encounter, "bloodPressure");
        observe(encounter, "heartRate");
      }
      if (encounter.follows) {
        for (const name of followUps[encounter.follows] ?? [])
          if (inPerson || name === "phq9") observe(encounter, name);
        if (encounter.follows === "hyperlipidemia" && inPerson) panel(encounter, "lipid", lipid);
        if (encounter.follows === "anemia" && inPerson) panel(encounter, "bloodCount", bloodCount);
        if (encounter.follows === "diabetes" && inPerson && random.chance(0.35)) {
          observe(encounter, "albuminCreatinine");
          perform(encounter, ["401191002", "Diabetic foot examination"], 15);
        }
        if ((encounter.follows === "asthma" || encounter.follows === "copd") && inPerson)
          if (random.chance(0.4)) perform(encounter, ["127783003", "Spirometry (procedure)"], 20);
        if (encounter.follows === "breastCancer" && inPerson && random.chance(0.5))
          perform(encounter, ["367336001", "Chemotherapy"], 180);
      }
    } else if (encounter.purpose === "acute") {
      if (inPerson) {
        observe(encounter, "temperature", fever);
        observe(encounter, "heartRate", fever);
        if (age >= 16) observe(encounter, "bloodPressure");
        if (fever > 0.5) observe(encounter, "oxygenSaturation");
        if (random.chance(0.4)) observe(encounter, "respiratoryRate", fever);
      }
      if (encounter.class === "IMP") {
        panel(encounter, "bloodCount", bloodCount, fever);
        panel(encounter, "metabolic", metabolic);
        observe(encounter, "temperature", fever / 4, encounter.end - 3_600_000);
        if (age >= 16) observe(encounter, "bloodPressure", 0, encounter.end - 3_600_000);
      }
      const procedure = encounter.illness?.procedure;
      if (procedure && inPerson) perform(encounter, procedure, encounter.class === "IMP" ? 90 : 20);
    } else {
      const pregnancy = pregnancies.find(({ record }) => record === encounter.reason);
      const weeks = pregnancy ? (encounter.at - pregnancy.from) / (7 * day) : 0;
      const gained = encounter.at > (pregnancy?.to ?? 0) ? 4 : Math.max(0, (weeks - 8) * 0.42);
      observe(encounter, "weight", gained);
      observe(encounter, "bloodPressure");
      observe(encounter, "heartRate", 0.8);
      if (encounter.type === visit.prenatalFirst) panel(encounter, "bloodCount", bloodCount, 8);
      if (encounter.type === visit.delivery)
        perform(
          encounter,
          random.chance(0.3) ? ["11466000", "Cesarean section"] : ["66348005", "Childbirth"],
          240,
        );
      else if (encounter.type === visit.prenatal && random.chance(0.35))
        perform(encounter, ["225158009", "Auscultation of the fetal heart"], 10);
    }

    if (!inPerson || encounter.class === "EMER" || age < 0.5) continue;
    const month = new Date(encounter.at).getUTCMonth();
    const calendarYear = new Date(encounter.at).getUTCFullYear();
    const season = month >= 8 ? calendarYear : month === 0 ? calendarYear - 1 : -1;
    if (season > 0 && season !== seen.influenza && random.chance(0.55)) {
      seen.influenza = season;
      vaccinate(encounter, influenza);
    }
    if (calendarYear >= 2021 && age >= 6 && calendarYear !== seen.covid && random.chance(0.16)) {
      seen.covid = calendarYear;
      vaccinate(encounter, covid);
    }
  }
}

/** A prescription is written at an encounter, renewed about once a year, and stops with its cause. */
function prescribe(
  person: Life,
  body: Body,
  courses: ChronicCourse[],
  end: number,
  random: Random,
): void {
  const renew = (
    medication: Medication,
    from: number,
    until: number | null,
    reason: Condition | null,
  ): void => {
    let last: Prescription | null = null;
    for (const encounter of person.encounters) {
      if (encounter.at < from || (until !== null && encounter.at > until)) continue;
      if (last && encounter.at < last.at + 320 * day) continue;
      if (last) {
        last.status = "completed";
        last.ends = encounter.at;
      }
      last = {
        n: person.prescriptions.length,
        medication,
        at: encounter.at + 1_200_000,
        ends: Math.min(end, until ?? end),
        status: until === null ? (end === person.death ? "completed" : "active") : "stopped",
        course: false,
        reason,
        encounter,
      };
      person.prescriptions.push(last);
    }
  };
  for (const course of courses) {
    const taken = new Set<string>();
    for (const [chance, ...choices] of course.condition.treatment) {
      const wanted = random.chance(chance);
      const choice = random.pick(choices);
      if (!wanted || taken.has(choice)) continue;
      taken.add(choice);
      const record = course.record;
      renew(medications[choice], record?.onset ?? course.onset, record?.abated ?? null, record);
    }
  }
  if (body.female && random.chance(0.3)) {
    const from = body.birth + random.between(16, 24) * year;
    const until = body.birth + random.between(30, 44) * year;
    renew(medications.contraceptive, from, until < end ? until : null, null);
  }
  for (const encounter of person.encounters) {
    const illness = encounter.illness;
    if (!illness) continue;
    const adult = encounter.at - body.birth > 14 * year;
    const choice = adult ? illness.adults : illness.children;
    if (!choice || !random.chance(0.85)) continue;
    const ends = encounter.at + random.integer(5, 14) * day;
    person.prescriptions.push({
      n: person.prescriptions.length,
      medication: medications[choice],
      at: encounter.at + 1_200_000,
      ends: Math.min(end, ends),
      status: ends < end - day || person.death !== null ? "completed" : "active",
      course: true,
      reason: encounter.reason,
      encounter,
    });
  }
}

function findAllergies(
  person: Life,
  courses: ChronicCourse[],
  start: number,
  random: Random,
): void {
  const atopic = courses.some(({ name }) => name === "rhinitis" || name === "asthma");
  if (!random.chance(atopic ? 0.6 : 0.13)) return;
  const count = random.integer(1, atopic ? 4 : 2);
  const chosen = new Set<Allergen>();
  for (let i = 0; i < count; i += 1) chosen.add(random.pick(allergens));
  const known = person.encounters[0]?.at ?? start;
  for (const allergen of chosen) {
    const at = known - random.next() * Math.max(0, known - person.birth - 0.2 * year) * 0.6;
    person.allergies.push({
      n: person.allergies.length,
      allergen,
      at,
      active: random.chance(0.92),
    });
  }
  const severe = person.allergies.find(({ allergen, active }) => allergen.severe && active);
  const encounter = person.encounters[person.encounters.length - 1];
  if (!severe || severe.allergen.category === "medication" || !encounter) return;
  person.prescriptions.push({
    n: person.prescriptions.length,
    medication: medications.epinephrine,
    at: encounter.at + 1_200_000,
    ends: Math.min(person.death ?? Infinity, encounter.at + year),
    status: person.death === null ? "active" : "completed",
    course: false,
    reason: null,
    encounter,
  });
}
