import type { MedicationName } from "./medications";

type Curve = readonly (readonly [age: number, value: number])[];

/** A value on a line through points, flat beyond its ends. */
export function along(curve: Curve, x: number): number {
  const first = curve[0];
  if (!first || x <= first[0]) return first?.[1] ?? 0;
  for (let i = 1; i < curve.length; i += 1) {
    const [x1, y1] = curve[i] as readonly [number, number];
    if (x <= x1) {
      const [x0, y0] = curve[i - 1] as readonly [number, number];
      return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
    }
  }
  return (curve[curve.length - 1] as readonly [number, number])[1];
}

/** A disease that stays. SNOMED CT codes. */
export interface ChronicCondition {
  code: string;
  display: string;
  /** Share of people of that age who have it. */
  prevalence: Curve;
  /** Earliest age of onset, years. */
  from: number;
  /** Latest age of onset, years. */
  to?: number;
  only?: "female" | "male";
  /** Makes prevalence larger in people who already have the named condition (listed above it). */
  after?: readonly (readonly [name: string, factor: number])[];
  /** Cannot exist without this one. */
  needs?: string;
  /** Each inner list: one of these is taken. A later list is added with the chance given first. */
  treatment: readonly (readonly [chance: number, ...MedicationName[]])[];
  /** Follow-up visits a year. */
  visits: number;
  /** Resolves in the patient's life with this chance. */
  resolves?: number;
}

/** In order: a condition may depend on those above it. */
export const chronicConditions = {
  asthma: {
    code: "195967001",
    display: "Asthma",
    prevalence: [
      [2, 0.01],
      [8, 0.09],
      [18, 0.09],
      [80, 0.07],
    ],
    from: 2,
    treatment: [
      [1, "albuterol"],
      [0.55, "fluticasone"],
    ],
    visits: 0.6,
  },
  eczema: {
    code: "24079001",
    display: "Atopic dermatitis",
    prevalence: [
      [0, 0.05],
      [3, 0.12],
      [20, 0.05],
      [80, 0.03],
    ],
    from: 0.3,
    treatment: [[0.7, "hydrocortisone"]],
    visits: 0.2,
    resolves: 0.5,
  },
  rhinitis: {
    code: "446096008",
    display: "Perennial allergic rhinitis",
    prevalence: [
      [3, 0.01],
      [12, 0.1],
      [40, 0.13],
      [90, 0.06],
    ],
    from: 4,
    after: [
      ["asthma", 2.5],
      ["eczema", 1.8],
    ],
    treatment: [[0.6, "fexofenadine"]],
    visits: 0.2,
  },
  adhd: {
    code: "192127007",
    display: "Child attention deficit disorder",
    prevalence: [
      [5, 0],
      [9, 0.08],
      [17, 0.1],
      [25, 0.04],
      [40, 0.01],
    ],
    from: 5,
    to: 14,
    treatment: [[0.75, "methylphenidate"]],
    visits: 1.2,
    resolves: 0.3,
  },
  depression: {
    code: "370143000",
    display: "Major depressive disorder",
    prevalence: [
      [13, 0],
      [18, 0.08],
      [45, 0.13],
      [80, 0.1],
    ],
    from: 13,
    treatment: [[0.8, "sertraline", "fluoxetine"]],
    visits: 1.2,
    resolves: 0.35,
  },
  anxiety: {
    code: "21897009",
    display: "Generalized anxiety disorder",
    prevalence: [
      [12, 0],
      [20, 0.05],
      [50, 0.07],
      [85, 0.04],
    ],
    from: 12,
    after: [["depression", 3]],
    treatment: [[0.4, "sertraline"]],
    visits: 0.5,
  },
  migraine: {
    code: "124171000119105",
    display: "Chronic intractable migraine without aura",
    prevalence: [
      [12, 0],
      [30, 0.06],
      [50, 0.06],
      [75, 0.02],
    ],
    from: 12,
    treatment: [[0.8, "naproxen"]],
    visits: 0.4,
  },
  obesity: {
    code: "162864005",
    display: "Body mass index 30+ - obesity (finding)",
    // Decided by the body itself (see body.ts), not by a prevalence.
    prevalence: [[0, 0]],
    from: 15,
    treatment: [],
    visits: 0.1,
  },
  hypothyroidism: {
    code: "83664006",
    display: "Idiopathic atrophic hypothyroidism",
    prevalence: [
      [20, 0.005],
      [50, 0.05],
      [80, 0.1],
    ],
    from: 20,
    treatment: [[1, "levothyroxine"]],
    visits: 0.6,
  },
  hypertension: {
    code: "59621000",
    display: "Essential hypertension",
    prevalence: [
      [20, 0.01],
      [35, 0.1],
      [50, 0.3],
      [65, 0.52],
      [80, 0.66],
    ],
    from: 22,
    after: [["obesity", 1.35]],
    treatment: [
      [0.95, "lisinopril", "hydrochlorothiazide", "amlodipine", "losartan"],
      [0.3, "amlodipine", "hydrochlorothiazide"],
    ],
    visits: 0.7,
  },
  prediabetes: {
    code: "15777000",
    display: "Prediabetes",
    prevalence: [
      [25, 0.02],
      [45, 0.2],
      [70, 0.3],
    ],
    from: 25,
    after: [["obesity", 1.5]],
    treatment: [],
    visits: 0.2,
  },
  diabetes: {
    code: "44054006",
    display: "Diabetes mellitus type 2",
    prevalence: [
      [25, 0.005],
      [40, 0.05],
      [55, 0.13],
      [70, 0.23],
      [90, 0.24],
    ],
    from: 28,
    after: [
      ["obesity", 1.9],
      ["hypertension", 1.3],
    ],
    treatment: [
      [0.95, "metformin"],
      [0.3, "empagliflozin"],
      [0.22, "insulin"],
    ],
    visits: 1.8,
  },
  hyperlipidemia: {
    code: "55822004",
    display: "Hyperlipidemia",
    prevalence: [
      [25, 0.02],
      [45, 0.22],
      [60, 0.4],
      [80, 0.46],
    ],
    from: 25,
    after: [
      ["diabetes", 1.4],
      ["obesity", 1.2],
    ],
    treatment: [[0.85, "atorvastatin", "simvastatin"]],
    visits: 0.4,
  },
  kidneyDisease: {
    code: "433144002",
    display: "Chronic kidney disease stage 3 (disorder)",
    prevalence: [
      [45, 0.005],
      [60, 0.05],
      [75, 0.16],
      [90, 0.3],
    ],
    from: 45,
    after: [
      ["diabetes", 1.9],
      ["hypertension", 1.3],
    ],
    treatment: [],
    visits: 0.8,
  },
  neuropathy: {
    code: "368581000119106",
    display: "Neuropathy due to type 2 diabetes mellitus (disorder)",
    prevalence: [
      [40, 0.15],
      [75, 0.35],
    ],
    from: 35,
    needs: "diabetes",
    treatment: [],
    visits: 0.2,
  },
  coronaryDisease: {
    code: "53741008",
    display: "Coronary Heart Disease",
    prevalence: [
      [40, 0.005],
      [60, 0.06],
      [80, 0.2],
    ],
    from: 42,
    after: [
      ["diabetes", 1.7],
      ["hyperlipidemia", 1.5],
    ],
    treatment: [
      [0.85, "clopidogrel"],
      [0.6, "nitroglycerin"],
    ],
    visits: 1,
  },
  atrialFibrillation: {
    code: "49436004",
    display: "Atrial Fibrillation",
    prevalence: [
      [50, 0.004],
      [70, 0.05],
      [85, 0.14],
    ],
    from: 50,
    treatment: [
      [0.8, "warfarin"],
      [0.4, "digoxin"],
    ],
    visits: 1.4,
  },
  heartFailure: {
    code: "88805009",
    display: "Chronic congestive heart failure (disorder)",
    prevalence: [
      [55, 0.005],
      [75, 0.05],
      [90, 0.13],
    ],
    from: 52,
    after: [["coronaryDisease", 2.5]],
    treatment: [[0.7, "hydrochlorothiazide"]],
    visits: 1.5,
  },
  copd: {
    code: "87433001",
    display: "Pulmonary emphysema (disorder)",
    prevalence: [
      [45, 0.01],
      [65, 0.08],
      [80, 0.12],
    ],
    from: 45,
    treatment: [
      [0.9, "fluticasoneSalmeterol"],
      [0.6, "albuterol"],
    ],
    visits: 1.2,
  },
  kneeArthritis: {
    code: "239873007",
    display: "Osteoarthritis of knee",
    prevalence: [
      [45, 0.02],
      [65, 0.2],
      [85, 0.33],
    ],
    from: 45,
    after: [["obesity", 1.6]],
    treatment: [[0.6, "naproxen", "acetaminophen"]],
    visits: 0.4,
  },
  hipArthritis: {
    code: "239872002",
    display: "Osteoarthritis of hip",
    prevalence: [
      [50, 0.01],
      [70, 0.08],
      [85, 0.14],
    ],
    from: 50,
    treatment: [[0.5, "acetaminophen"]],
    visits: 0.3,
  },
  gout: {
    code: "90560007",
    display: "Gout",
    prevalence: [
      [35, 0.005],
      [60, 0.05],
      [80, 0.08],
    ],
    from: 35,
    treatment: [[0.7, "allopurinol"]],
    visits: 0.3,
  },
  osteoporosis: {
    code: "64859006",
    display: "Osteoporosis (disorder)",
    prevalence: [
      [50, 0.02],
      [65, 0.16],
      [85, 0.35],
    ],
    from: 52,
    only: "female",
    treatment: [[0.6, "alendronate"]],
    visits: 0.3,
  },
  alzheimers: {
    code: "26929004",
    display: "Alzheimer's disease (disorder)",
    prevalence: [
      [65, 0.005],
      [75, 0.05],
      [85, 0.2],
      [95, 0.33],
    ],
    from: 65,
    treatment: [[0.6, "galantamine"]],
    visits: 0.8,
  },
  breastCancer: {
    code: "254837009",
    display: "Malignant neoplasm of breast (disorder)",
    prevalence: [
      [35, 0.002],
      [50, 0.02],
      [75, 0.06],
    ],
    from: 35,
    only: "female",
    treatment: [[0.5, "docetaxel"]],
    visits: 2,
    resolves: 0.4,
  },
  prostateCancer: {
    code: "126906006",
    display: "Neoplasm of prostate",
    prevalence: [
      [50, 0.005],
      [70, 0.07],
      [85, 0.12],
    ],
    from: 50,
    only: "male",
    treatment: [[0.5, "leuprolide"]],
    visits: 1.2,
  },
  colonCancer: {
    code: "363406005",
    display: "Malignant neoplasm of colon",
    prevalence: [
      [45, 0.001],
      [75, 0.02],
    ],
    from: 42,
    treatment: [],
    visits: 1.5,
  },
  lungCancer: {
    code: "254637007",
    display: "Non-small cell lung cancer (disorder)",
    prevalence: [
      [50, 0.001],
      [75, 0.012],
    ],
    from: 48,
    after: [["copd", 5]],
    treatment: [[0.4, "docetaxel"]],
    visits: 2,
  },
  anemia: {
    code: "271737000",
    display: "Anemia (disorder)",
    prevalence: [
      [1, 0.03],
      [15, 0.04],
      [40, 0.06],
      [70, 0.1],
      [90, 0.2],
    ],
    from: 1,
    after: [["kidneyDisease", 2]],
    treatment: [[0.8, "ferrousSulfate"]],
    visits: 0.4,
    resolves: 0.4,
  },
} as const satisfies Record<string, ChronicCondition>;

export type ChronicName = keyof typeof chronicConditions;
export const chronicNames = Object.keys(chronicConditions) as ChronicName[];

/** An illness or injury that passes. SNOMED CT codes. */
export interface AcuteCondition {
  code: string;
  display: string;
  /** Episodes a year at that age. */
  incidence: Curve;
  only?: "female" | "male";
  /** Days until it has passed. */
  lasts: readonly [number, number];
  /** Encounter class; "VR" (by video) may replace "AMB" for mild ones. */
  seen: "AMB" | "EMER" | "IMP";
  /** Fever: degrees Celsius above normal. */
  fever?: number;
  /** Months (0 to 11) in which it is twice as frequent, others half. */
  season?: readonly number[];
  /** Not before this calendar year and month. */
  since?: number;
  children?: MedicationName;
  adults?: MedicationName;
  procedure?: readonly [code: string, display: string];
}

const winter = [10, 11, 0, 1, 2] as const;

export const acuteConditions: readonly AcuteCondition[] = [
  {
    code: "65363002",
    display: "Otitis media",
    incidence: [
      [0.3, 0.4],
      [1.5, 0.55],
      [4, 0.3],
      [8, 0.08],
      [14, 0.01],
      [18, 0],
    ],
    lasts: [7, 21],
    seen: "AMB",
    fever: 1.2,
    season: winter,
    children: "amoxicillin",
  },
  {
    code: "195662009",
    display: "Acute viral pharyngitis (disorder)",
    incidence: [
      [1, 0.15],
      [8, 0.2],
      [30, 0.1],
      [80, 0.04],
    ],
    lasts: [5, 14],
    seen: "AMB",
    fever: 0.7,
    season: winter,
  },
  {
    code: "43878008",
    display: "Streptococcal sore throat (disorder)",
    incidence: [
      [3, 0.08],
      [9, 0.14],
      [18, 0.04],
      [60, 0.01],
    ],
    lasts: [7, 14],
    seen: "AMB",
    fever: 1.3,
    children: "penicillinV",
    adults: "penicillinV",
    procedure: ["117015009", "Throat culture (procedure)"],
  },
  {
    code: "444814009",
    display: "Viral sinusitis (disorder)",
    incidence: [
      [4, 0.05],
      [20, 0.14],
      [60, 0.14],
      [90, 0.07],
    ],
    lasts: [7, 28],
    seen: "AMB",
    fever: 0.4,
    season: winter,
  },
  {
    code: "10509002",
    display: "Acute bronchitis (disorder)",
    incidence: [
      [3, 0.06],
      [30, 0.08],
      [70, 0.12],
    ],
    lasts: [7, 21],
    seen: "AMB",
    fever: 0.6,
    season: winter,
    children: "acetaminophenChild",
    adults: "coughMixture",
  },
  {
    code: "840539006",
    display: "COVID-19",
    incidence: [
      [0, 0.06],
      [30, 0.1],
      [80, 0.09],
    ],
    lasts: [7, 25],
    seen: "AMB",
    fever: 1.3,
    season: winter,
    since: Date.UTC(2020, 2, 1),
    adults: "acetaminophen",
  },
  {
    code: "25374005",
    display: "Gastroenteritis",
    incidence: [
      [0.5, 0.2],
      [5, 0.1],
      [40, 0.03],
    ],
    lasts: [2, 8],
    seen: "EMER",
    fever: 0.8,
  },
  {
    code: "38822007",
    display: "Cystitis",
    incidence: [
      [15, 0.01],
      [22, 0.1],
      [50, 0.08],
      [80, 0.14],
    ],
    only: "female",
    lasts: [4, 10],
    seen: "AMB",
    fever: 0.2,
    adults: "nitrofurantoin",
    procedure: ["117010004", "Urine culture"],
  },
  {
    code: "233604007",
    display: "Pneumonia",
    incidence: [
      [0.5, 0.015],
      [8, 0.005],
      [50, 0.008],
      [70, 0.03],
      [90, 0.09],
    ],
    lasts: [14, 35],
    seen: "IMP",
    fever: 1.8,
    season: winter,
    children: "amoxicillin",
    adults: "amoxicillinClavulanate",
    procedure: ["399208008", "Plain X-ray of chest (procedure)"],
  },
  {
    code: "74400008",
    display: "Appendicitis",
    incidence: [
      [4, 0.0005],
      [15, 0.003],
      [30, 0.0015],
      [80, 0.0005],
    ],
    lasts: [7, 20],
    seen: "IMP",
    fever: 1.2,
    children: "ibuprofenChild",
    adults: "hydrocodone",
    procedure: ["80146002", "Appendectomy"],
  },
  {
    code: "44465007",
    display: "Sprain of ankle",
    incidence: [
      [6, 0.02],
      [16, 0.05],
      [35, 0.025],
      [70, 0.008],
    ],
    lasts: [14, 42],
    seen: "EMER",
    children: "ibuprofenChild",
    adults: "ibuprofen",
  },
  {
    code: "65966004",
    display: "Fracture of forearm",
    incidence: [
      [3, 0.006],
      [11, 0.02],
      [20, 0.005],
      [75, 0.01],
    ],
    lasts: [42, 90],
    seen: "EMER",
    children: "acetaminophenChild",
    adults: "hydrocodone",
    procedure: ["274474001", "Bone immobilization"],
  },
  {
    code: "62106007",
    display: "Concussion with no loss of consciousness",
    incidence: [
      [5, 0.005],
      [16, 0.014],
      [40, 0.003],
      [85, 0.01],
    ],
    lasts: [10, 60],
    seen: "EMER",
  },
  {
    code: "284549007",
    display: "Laceration of hand",
    incidence: [
      [2, 0.008],
      [25, 0.016],
      [70, 0.006],
    ],
    lasts: [10, 21],
    seen: "EMER",
    procedure: ["288086009", "Suture open wound"],
  },
  {
    code: "279039007",
    display: "Low back pain",
    incidence: [
      [18, 0.02],
      [45, 0.1],
      [70, 0.1],
    ],
    lasts: [7, 70],
    seen: "AMB",
    adults: "naproxen",
  },
  {
    code: "230690007",
    display: "Stroke",
    incidence: [
      [45, 0.0005],
      [65, 0.004],
      [85, 0.018],
    ],
    lasts: [60, 300],
    seen: "IMP",
    adults: "clopidogrel",
    procedure: ["303653007", "Computed tomography of head"],
  },
  {
    code: "22298006",
    display: "Myocardial infarction",
    incidence: [
      [45, 0.0008],
      [65, 0.005],
      [85, 0.012],
    ],
    lasts: [30, 120],
    seen: "IMP",
    adults: "clopidogrel",
    procedure: ["415070008", "Percutaneous coronary intervention"],
  },
  {
    code: "5913000",
    display: "Fracture of neck of femur",
    incidence: [
      [60, 0.0005],
      [75, 0.006],
      [90, 0.03],
    ],
    lasts: [60, 150],
    seen: "IMP",
    adults: "hydrocodone",
    procedure: ["52734007", "Total hip replacement"],
  },
];
