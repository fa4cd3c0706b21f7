/** Categories of US Core observations. */
type Category = "vital-signs" | "laboratory" | "survey" | "social-history";

/** What can be measured. LOINC codes and UCUM units. */
export interface Measure {
  code: string;
  display: string;
  category: Category;
  unit?: string;
  /** UCUM code when it is written otherwise than the unit shown. */
  ucum?: string;
  digits: number;
  /** Normal range, written as referenceRange. */
  low?: number;
  high?: number;
  profile: string;
}

const core = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-";
const vital = (
  code: string,
  display: string,
  unit: string,
  ucum: string,
  digits: number,
  profile: string,
): Measure => ({
  code,
  display,
  category: "vital-signs",
  unit,
  ucum,
  digits,
  profile: core + profile,
});
const lab = (
  code: string,
  display: string,
  unit: string,
  digits: number,
  low?: number,
  high?: number,
): Measure => ({
  code,
  display,
  category: "laboratory",
  unit,
  ucum: unit,
  digits,
  low,
  high,
  profile: `${core}observation-lab`,
});

export const measures = {
  height: vital("8302-2", "Body Height", "cm", "cm", 1, "body-height"),
  weight: vital("29463-7", "Body Weight", "kg", "kg", 1, "body-weight"),
  bmi: vital("39156-5", "Body Mass Index", "kg/m2", "kg/m2", 1, "bmi"),
  bloodPressure: vital(
    "85354-9",
    "Blood pressure panel with all children optional",
    "mmHg",
    "mm[Hg]",
    0,
    "blood-pressure",
  ),
  heartRate: vital("8867-4", "Heart rate", "/min", "/min", 0, "heart-rate"),
  respiratoryRate: vital("9279-1", "Respiratory rate", "/min", "/min", 0, "respiratory-rate"),
  temperature: vital("8310-5", "Body temperature", "Cel", "Cel", 1, "body-temperature"),
  oxygenSaturation: vital(
    "59408-5",
    "Oxygen saturation in Arterial blood by Pulse oximetry",
    "%",
    "%",
    0,
    "pulse-oximetry",
  ),
  smoking: {
    code: "72166-2",
    display: "Tobacco smoking status",
    category: "social-history",
    digits: 0,
    profile: `${core}smokingstatus`,
  },
  phq9: {
    code: "44261-6",
    display: "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]",
    category: "survey",
    unit: "{score}",
    ucum: "{score}",
    digits: 0,
    profile: `${core}observation-screening-assessment`,
  },
  glucose: lab("2339-0", "Glucose [Mass/volume] in Blood", "mg/dL", 0, 70, 99),
  hba1c: lab("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood", "%", 1, 4, 5.6),
  cholesterol: lab("2093-3", "Cholesterol [Mass/volume] in Serum or Plasma", "mg/dL", 0, 100, 200),
  triglycerides: lab(
    "2571-8",
    "Triglyceride [Mass/volume] in Serum or Plasma",
    "mg/dL",
    0,
    40,
    150,
  ),
  ldl: lab(
    "18262-6",
    "Cholesterol in LDL [Mass/volume] in Serum or Plasma by Direct assay",
    "mg/dL",
    0,
    50,
    130,
  ),
  hdl: lab("2085-9", "Cholesterol in HDL [Mass/volume] in Serum or Plasma", "mg/dL", 0, 40, 90),
  creatinine: lab("38483-4", "Creatinine [Mass/volume] in Blood", "mg/dL", 2, 0.5, 1.2),
  egfr: lab(
    "33914-3",
    "Glomerular filtration rate/1.73 sq M.predicted",
    "mL/min/{1.73_m2}",
    0,
    60,
    150,
  ),
  sodium: lab("2947-0", "Sodium [Moles/volume] in Blood", "mmol/L", 0, 135, 145),
  potassium: lab("6298-4", "Potassium [Moles/volume] in Blood", "mmol/L", 1, 3.5, 5.1),
  hemoglobin: lab("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 1, 12, 17.5),
  leukocytes: lab(
    "6690-2",
    "Leukocytes [#/volume] in Blood by Automated count",
    "10*3/uL",
    1,
    4.5,
    11,
  ),
  platelets: lab(
    "777-3",
    "Platelets [#/volume] in Blood by Automated count",
    "10*3/uL",
    0,
    150,
    400,
  ),
  tsh: lab("3016-3", "Thyrotropin [Units/volume] in Serum or Plasma", "m[IU]/L", 2, 0.4, 4),
  inr: lab("6301-6", "INR in Platelet poor plasma by Coagulation assay", "{INR}", 1, 0.9, 1.1),
  albuminCreatinine: lab(
    "14959-1",
    "Microalbumin/Creatinine [Mass Ratio] in Urine",
    "mg/g",
    0,
    0,
    30,
  ),
} as const satisfies Record<string, Measure>;

export type MeasureName = keyof typeof measures;
export const measureNames = Object.keys(measures) as MeasureName[];

/** Laboratory panels that come with a DiagnosticReport. */
export const panels = {
  lipid: { code: "57698-3", display: "Lipid panel with direct LDL - Serum or Plasma" },
  metabolic: { code: "51990-0", display: "Basic metabolic panel - Blood" },
  bloodCount: {
    code: "58410-2",
    display: "Complete blood count (hemogram) panel - Blood by Automated count",
  },
} as const;

export type PanelName = keyof typeof panels;
