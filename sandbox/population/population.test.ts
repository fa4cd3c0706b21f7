import { expect, test } from "vitest";
import { year } from "./calendar";
import type { Life } from "./life";
import { Population, standardPopulation } from "./population";
import { scramble, unscramble } from "./random";
import { patientTypes } from "./resource-types";
import { countOf, updatedAt, writeResource } from "./write-resource";

const population = new Population({ ...standardPopulation, scale: 0.3 });
const people: Life[] = population.groups.flatMap((group) =>
  Array.from({ length: group.size }, (_, index) => population.person(group, index)),
);

function* everyLine() {
  for (const person of people)
    for (const type of patientTypes)
      for (let n = 0; n < countOf(person, type); n += 1)
        yield { person, type, n, line: writeResource(person, type, n) };
}

test("the eight groups have the names and sizes of the demo", () => {
  const { groups } = new Population(standardPopulation);
  expect(groups.map(({ id, size }) => [id, size])).toEqual([
    ["BMCHealthNet", 100],
    ["BlueCrossBlueShield", 270],
    ["FallonHealth", 30],
    ["HarvardPilgrimHealthCare", 30],
    ["HealthNewEngland", 250],
    ["MinutemanHealth", 30],
    ["NeighborhoodHealthPlan", 70],
    ["TuftsHealthPlan", 220],
  ]);
});

test("the same seed gives the same bytes, patient by patient; another seed gives others", () => {
  const [group] = population.groups;
  if (!group) throw new Error("no group");
  const linesOf = (seed: number, scale: number) => {
    const person = new Population({ ...standardPopulation, seed, scale }).person(group, 5);
    return patientTypes.flatMap((type) =>
      Array.from({ length: countOf(person, type) }, (_, n) => writeResource(person, type, n)),
    );
  };
  // A patient does not depend on how many others there are.
  expect(linesOf(1, 1)).toEqual(linesOf(1, 10));
  expect(linesOf(1, 1)).not.toEqual(linesOf(2, 1));
});

test("every line is JSON of its type with an id of its own that leads back to it", () => {
  const heads = new Set<string>();
  let lines = 0;
  for (const { person, type, n, line } of everyLine()) {
    lines += 1;
    heads.add(line.slice(0, line.indexOf(',"meta"')));
    if (lines % 40 !== 0) continue;
    const resource = JSON.parse(line);
    expect(resource.resourceType).toBe(type);
    const updated = Math.floor(updatedAt(person, type, n) / 1000) * 1000;
    expect(Date.parse(resource.meta.lastUpdated)).toBe(updated);
    expect(population.read(type, resource.id)).toBe(line);
  }
  expect(lines).toBeGreaterThan(20_000);
  expect(heads.size).toBe(lines);
});

test("scramble can be undone", () => {
  for (const value of [0, 1, 42, 0x7fffffff, 0x80000000, 0xffffffff])
    expect(unscramble(scramble(value))).toBe(value);
});

test("nothing happens before birth, after death or after the population's present", () => {
  const { asOf } = standardPopulation;
  const wrong: string[] = [];
  for (const person of people) {
    const { birth, death, encounters, conditions, identity } = person;
    const check = (good: boolean, what: string) => good || wrong.push(`${identity.tail}: ${what}`);
    for (const { at, end } of encounters)
      check(at > birth - year / 365 && end > at && end <= (death ?? asOf), "encounter");
    for (const { onset, abated } of conditions)
      check(onset >= birth && (abated === null || abated > onset), "condition");
    for (const type of patientTypes)
      for (let n = 0; n < countOf(person, type); n += 1)
        check(updatedAt(person, type, n) <= asOf, `${type} ${n} is updated in the future`);
  }
  expect(wrong).toEqual([]);
});

const share = (some: number, all: number) => some / Math.max(1, all);
const ageOf = (person: Life, at = standardPopulation.asOf) => (at - person.birth) / year;
const has = (person: Life, code: string) => person.conditions.some((c) => c.code === code);

test("ages and sexes look like an insured population", () => {
  const children = people.filter((person) => ageOf(person) < 18);
  const old = people.filter((person) => ageOf(person) >= 65);
  expect(share(children.length, people.length)).toBeGreaterThan(0.15);
  expect(share(children.length, people.length)).toBeLessThan(0.3);
  expect(share(old.length, people.length)).toBeGreaterThan(0.1);
  expect(share(old.length, people.length)).toBeLessThan(0.25);
  const women = people.filter(({ female }) => female).length;
  expect(share(women, people.length)).toBeGreaterThan(0.44);
  expect(share(women, people.length)).toBeLessThan(0.6);
});

test("conditions fit age and sex", () => {
  for (const person of people) {
    for (const { code, onset } of person.conditions) {
      const age = ageOf(person, onset);
      if (code === "72892002") {
        expect(person.female).toBe(true);
        expect(age).toBeGreaterThan(14);
        expect(age).toBeLessThan(46);
      }
      if (code === "254837009" || code === "64859006") expect(person.female).toBe(true);
      if (code === "126906006") expect(person.female).toBe(false);
      if (code === "65363002") expect(age).toBeLessThan(18.1);
      if (["44054006", "59621000", "87433001", "26929004"].includes(code))
        expect(age).toBeGreaterThan(20);
    }
  }
  const middle = people.filter((person) => ageOf(person) > 60);
  const young = people.filter((person) => ageOf(person) < 35);
  const hypertension = (list: Life[]) =>
    share(list.filter((person) => has(person, "59621000")).length, list.length);
  expect(hypertension(middle)).toBeGreaterThan(0.4);
  expect(hypertension(young)).toBeLessThan(0.1);
});

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

test("measurements lie in possible ranges and follow disease and treatment", () => {
  const ranges: Record<string, [number, number]> = {
    height: [44, 205],
    weight: [2, 220],
    bmi: [9, 62],
    bloodPressure: [70, 215],
    heartRate: [45, 190],
    temperature: [35.5, 41],
    hba1c: [4.2, 14],
    glucose: [50, 400],
    ldl: [30, 260],
    creatinine: [0.15, 9],
    egfr: [5, 150],
    hemoglobin: [6, 19],
    oxygenSaturation: [86, 100],
  };
  const impossible: string[] = [];
  for (const person of people)
    for (const { measure, value, second } of person.observations) {
      const [low, high] = ranges[measure] ?? [-Infinity, Infinity];
      if (value < low || value > high || (measure === "bloodPressure" && second > value - 10))
        impossible.push(`${measure} ${value} ${second}`);
    }
  expect(impossible).toEqual([]);
  const valuesOf = (list: Life[], name: string) =>
    list.flatMap(({ observations }) =>
      observations.filter(({ measure }) => measure === name).map(({ value }) => value),
    );
  const diabetic = people.filter((person) => has(person, "44054006"));
  const others = people.filter((person) => !has(person, "44054006"));
  expect(mean(valuesOf(diabetic, "hba1c"))).toBeGreaterThan(6.6);
  expect(mean(valuesOf(others, "hba1c"))).toBeLessThan(5.8);

  // Newly diagnosed in the record: blood pressure falls in the years of treatment.
  const drop = people.flatMap((person) => {
    const condition = person.conditions.find(
      ({ code, encounter }) => code === "59621000" && encounter,
    );
    if (!condition) return [];
    const readings = person.observations.filter(
      ({ measure, at }) => measure === "bloodPressure" && at > condition.onset - year,
    );
    const early = readings.filter(({ at }) => at < condition.onset + 0.2 * year);
    const late = readings.filter(({ at }) => at > condition.onset + 1.2 * year);
    if (early.length === 0 || late.length === 0) return [];
    return [mean(early.map(({ value }) => value)) - mean(late.map(({ value }) => value))];
  });
  expect(drop.length).toBeGreaterThan(3);
  expect(mean(drop)).toBeGreaterThan(3);
});

test("every prescription for a disease names a condition that the patient has", () => {
  let reasons = 0;
  for (const { prescriptions, conditions } of people)
    for (const { reason } of prescriptions) {
      if (!reason) continue;
      reasons += 1;
      if (conditions[reason.n] !== reason) throw new Error(`${reason.code} is not the patient's`);
    }
  expect(reasons).toBeGreaterThan(500);
});

test("names come in many scripts", () => {
  const text = people.map(({ name }) => name.text).join(" ");
  for (const script of ["Latin", "Han", "Hangul", "Arabic", "Cyrillic", "Devanagari"])
    expect(text).toMatch(new RegExp(`\\p{Script=${script}}`, "u"));
  expect(text).toMatch(/[áéíñöøłđ]/i);
});

test("a patient of the demo has some sixty to a hundred and fifty resources of the main types", () => {
  const main = ["Patient", "Condition", "Observation", "MedicationRequest", "Encounter"] as const;
  const total = people.reduce(
    (sum, person) => sum + main.reduce((own, type) => own + countOf(person, type), 0),
    0,
  );
  expect(total / people.length).toBeGreaterThan(60);
  expect(total / people.length).toBeLessThan(150);
});
