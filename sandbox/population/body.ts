import { year } from "./calendar";
import { along } from "./conditions";
import type { MeasureName } from "./measures";
import type { Random } from "./random";

/** What a measurement depends on: the person and when the diseases that matter began. */
export interface Body {
  female: boolean;
  birth: number;
  adultHeightCm: number;
  /** Weight for the age: 1 is average. */
  build: number;
  /** How well a person follows a treatment, 0 to 1. */
  adherence: number;
  /** Personal level of lipids, kidney, pressure…: −1 to 1. */
  level: number;
  smoker: "never" | "former" | "current";
  /** Onset of diseases (milliseconds), where present. */
  onset: Partial<
    Record<
      "hypertension" | "diabetes" | "prediabetes" | "hyperlipidemia" | "kidneyDisease" | "anemia",
      number
    >
  >;
  hypothyroidSince?: number;
  depressedSince?: number;
  lungs: boolean;
  anticoagulated: boolean;
}

const girls = [
  [0, 0.305],
  [1, 0.455],
  [2, 0.53],
  [4, 0.625],
  [6, 0.71],
  [8, 0.785],
  [10, 0.86],
  [12, 0.935],
  [14, 0.985],
  [16, 1],
] as const;
const boys = [
  [0, 0.285],
  [1, 0.43],
  [2, 0.5],
  [4, 0.585],
  [6, 0.66],
  [8, 0.73],
  [10, 0.785],
  [12, 0.85],
  [14, 0.925],
  [16, 0.975],
  [18, 1],
] as const;
const typicalBmi = [
  [0, 13.5],
  [1, 17],
  [5, 15.5],
  [10, 17],
  [15, 20.2],
  [20, 23.6],
  [40, 27.3],
  [60, 28.6],
  [75, 27.8],
  [92, 25.2],
] as const;
const typicalSystolic = [
  [3, 95],
  [12, 107],
  [20, 115],
  [40, 119],
  [60, 125],
  [80, 130],
] as const;
const typicalDiastolic = [
  [3, 57],
  [12, 65],
  [20, 73],
  [50, 78],
  [80, 72],
] as const;
const typicalHeartRate = [
  [0, 138],
  [1, 118],
  [4, 100],
  [10, 84],
  [18, 73],
  [80, 71],
] as const;
const typicalBreathing = [
  [0, 42],
  [1, 30],
  [5, 22],
  [12, 17],
  [80, 16],
] as const;
const typicalLdl = [
  [10, 88],
  [30, 106],
  [60, 122],
  [85, 112],
] as const;
const typicalEgfr = [
  [18, 118],
  [40, 102],
  [60, 88],
  [80, 71],
  [95, 58],
] as const;

export function heightCm(body: Body, age: number): number {
  return body.adultHeightCm * along(body.female ? girls : boys, age);
}

/** Body mass index for the age; childhood shows less of the build than adulthood does. */
export function bodyMassIndex(body: Body, age: number): number {
  return along(typicalBmi, age) * body.build ** Math.min(1, 0.25 + age / 20);
}

/** 0 on the first day of treatment, towards `adherence` within the next two years. */
function treated(body: Body, since: number, at: number): number {
  return at < since ? 0 : body.adherence * (1 - Math.exp((since - at) / (0.7 * year)));
}

function hba1c(body: Body, at: number, random: Random): number {
  const since = body.onset.diabetes;
  if (since !== undefined && at >= since) {
    const start = 8.6 + body.level * 1.1;
    const target = 6.7 + (1 - body.adherence) * 1.4;
    const drift = (1 - body.adherence) * 0.12 * Math.min(12, (at - since) / year);
    return random.normal(start - (start - target) * treatedFully(since, at) + drift, 0.22);
  }
  const before = body.onset.prediabetes;
  if (before !== undefined && at >= before) return random.normal(5.95 + body.level * 0.15, 0.1);
  return random.normal(5.25 + body.level * 0.12, 0.1);
}

function treatedFully(since: number, at: number): number {
  return 1 - Math.exp((since - at) / (0.9 * year));
}

function egfr(body: Body, age: number, at: number, random: Random): number {
  const since = body.onset.kidneyDisease;
  const healthy = along(typicalEgfr, age) - body.level * 6;
  const value =
    since === undefined || at < since
      ? Math.max(63, healthy)
      : Math.max(16, 55 - body.level * 4 - (1.2 + body.level) * ((at - since) / year));
  return Math.max(12, random.normal(value, 2.5));
}

/** The creatinine that gives this eGFR by the CKD-EPI equation of 2021, turned round. */
function creatinine(body: Body, age: number, rate: number): number {
  const kappa = body.female ? 0.7 : 0.9;
  const alpha = body.female ? 0.241 : 0.302;
  const scale = 142 * 0.9938 ** age * (body.female ? 1.012 : 1);
  const ratio = rate / scale;
  return kappa * ratio ** (ratio > 1 ? -1 / alpha : -1 / 1.2);
}

/**
 * What a measurement shows at that moment: it follows age, disease and treatment, with noise.
 * Blood pressure comes as [systolic, diastolic]; everything else as [value, 0].
 *
 * @param extra fever in degrees, or kilograms gained in pregnancy for weight and BMI.
 */
export function measure(
  body: Body,
  name: MeasureName,
  at: number,
  random: Random,
  extra = 0,
): readonly [number, number] {
  const age = (at - body.birth) / year;
  const onset = body.onset;
  const metres = heightCm(body, age) / 100;
  switch (name) {
    case "height":
      return [random.normal(metres * 100, 0.25), 0];
    case "weight":
      return [random.normal(bodyMassIndex(body, age) * metres * metres, 0.35) + extra, 0];
    case "bmi":
      return [random.normal(bodyMassIndex(body, age), 0.12) + extra / (metres * metres), 0];
    case "bloodPressure": {
      const ill = onset.hypertension !== undefined && at > onset.hypertension - 2 * year;
      const raised = ill ? 24 * (1 - 0.85 * treated(body, onset.hypertension ?? at, at)) : 0;
      const heavy = Math.max(0, bodyMassIndex(body, age) - 27) * 0.4;
      const systolic = along(typicalSystolic, age) + body.level * 4 + heavy + raised;
      const diastolic = along(typicalDiastolic, age) + body.level * 2 + heavy * 0.5 + raised * 0.5;
      return [random.normal(systolic, 5), random.normal(diastolic, 3.5)];
    }
    case "heartRate":
      return [random.normal(along(typicalHeartRate, age) + extra * 9, 6), 0];
    case "respiratoryRate":
      return [random.normal(along(typicalBreathing, age) + extra * 2, 1.3), 0];
    case "temperature":
      return [random.normal(36.8 + extra, 0.2), 0];
    case "oxygenSaturation":
      return [Math.min(100, random.normal(body.lungs ? 94 : 97.8, 1)), 0];
    case "smoking":
      return [body.smoker === "never" ? 0 : body.smoker === "former" ? 1 : 2, 0];
    case "phq9": {
      const since = body.depressedSince;
      const score = since === undefined || at < since ? 3 : 14 - 8 * treatedFully(since, at);
      return [Math.min(27, Math.max(0, random.normal(score, 2))), 0];
    }
    case "hba1c":
      return [hba1c(body, at, random), 0];
    case "glucose": {
      // The average glucose that belongs to an HbA1c, fasting somewhat below it.
      return [
        Math.max(62, (28.7 * hba1c(body, at, random) - 46.7) * 0.86 + random.normal(0, 6)),
        0,
      ];
    }
    case "ldl":
    case "cholesterol": {
      const ill = onset.hyperlipidemia !== undefined && at > onset.hyperlipidemia - 2 * year;
      const raised = ill ? 48 * (1 - treated(body, onset.hyperlipidemia ?? at, at) * 1.25) : 0;
      const ldl = along(typicalLdl, age) + body.level * 14 + raised;
      return [Math.max(40, random.normal(ldl, 7)) + (name === "ldl" ? 0 : random.normal(78, 6)), 0];
    }
    case "hdl":
      return [Math.max(26, random.normal((body.female ? 60 : 50) - (body.build - 1) * 40, 4)), 0];
    case "triglycerides":
      return [Math.max(45, random.normal(96 + (body.build - 1) * 160 + body.level * 22, 16)), 0];
    case "creatinine":
      return [creatinine(body, age, egfr(body, age, at, random)), 0];
    case "egfr":
      return [egfr(body, age, at, random), 0];
    case "sodium":
      return [random.normal(140, 1.8), 0];
    case "potassium":
      return [random.normal(onset.kidneyDisease !== undefined ? 4.6 : 4.2, 0.25), 0];
    case "hemoglobin": {
      const usual = age < 12 ? 12.6 : body.female ? 13.6 : 15.1;
      const low = onset.anemia !== undefined && at >= onset.anemia;
      const lack = low ? 3.4 - 2.4 * treatedFully(onset.anemia ?? at, at) : 0;
      return [random.normal(usual - lack - extra * 0.1, 0.4), 0];
    }
    case "leukocytes":
      return [Math.max(2.5, random.normal(6.9 + Math.min(1.8, extra) * 3, 1.2)), 0];
    case "platelets":
      return [random.normal(255, 36), 0];
    case "tsh": {
      const since = body.hypothyroidSince;
      const value =
        since === undefined || at < since ? 1.9 : 2.4 + 6 * (1 - treatedFully(since, at));
      return [Math.max(0.3, random.normal(value, 0.5)), 0];
    }
    case "inr":
      return [
        Math.max(
          0.9,
          random.normal(body.anticoagulated ? 2.5 : 1, body.anticoagulated ? 0.35 : 0.05),
        ),
        0,
      ];
    case "albuminCreatinine": {
      const base = onset.kidneyDisease !== undefined && at >= onset.kidneyDisease ? 140 : 16;
      return [Math.max(3, random.normal(base + body.level * 6, base * 0.25)), 0];
    }
  }
}
