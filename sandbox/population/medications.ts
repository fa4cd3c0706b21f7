/** A drug as it is prescribed here. RxNorm codes. */
export interface Medication {
  code: string;
  display: string;
  /** Sig in words. */
  dosage: string;
}

const m = (code: string, display: string, dosage: string): Medication => ({
  code,
  display,
  dosage,
});

/** What the sandbox's clinicians prescribe, by a short name used in conditions.ts. */
export const medications = {
  lisinopril: m("314076", "lisinopril 10 MG Oral Tablet", "1 tablet by mouth once a day"),
  losartan: m("979492", "losartan potassium 50 MG Oral Tablet", "1 tablet by mouth once a day"),
  amlodipine: m("197361", "Amlodipine 5 MG Oral Tablet", "1 tablet by mouth once a day"),
  hydrochlorothiazide: m(
    "310798",
    "Hydrochlorothiazide 25 MG Oral Tablet",
    "1 tablet by mouth every morning",
  ),
  metformin: m(
    "860975",
    "24 HR metformin hydrochloride 500 MG Extended Release Oral Tablet",
    "2 tablets by mouth with the evening meal",
  ),
  empagliflozin: m("1545653", "empagliflozin 10 MG Oral Tablet", "1 tablet by mouth every morning"),
  insulin: m(
    "106892",
    "insulin human, isophane 70 UNT/ML / Regular Insulin, Human 30 UNT/ML Injectable Suspension [Humulin]",
    "20 units under the skin twice a day",
  ),
  simvastatin: m("312961", "Simvastatin 20 MG Oral Tablet", "1 tablet by mouth at bedtime"),
  atorvastatin: m("617310", "atorvastatin 20 MG Oral Tablet", "1 tablet by mouth once a day"),
  albuterol: m(
    "2123111",
    "NDA020503 200 ACTUAT Albuterol 0.09 MG/ACTUAT Metered Dose Inhaler",
    "2 puffs every 4 to 6 hours as needed",
  ),
  fluticasone: m(
    "895994",
    "120 ACTUAT Fluticasone propionate 0.044 MG/ACTUAT Metered Dose Inhaler",
    "2 puffs twice a day",
  ),
  fluticasoneSalmeterol: m(
    "896209",
    "60 ACTUAT Fluticasone propionate 0.25 MG/ACTUAT / salmeterol 0.05 MG/ACTUAT Dry Powder Inhaler",
    "1 inhalation twice a day",
  ),
  sertraline: m("312941", "sertraline 50 MG Oral Tablet", "1 tablet by mouth once a day"),
  fluoxetine: m("310385", "fluoxetine 20 MG Oral Capsule", "1 capsule by mouth every morning"),
  levothyroxine: m(
    "966222",
    "Levothyroxine Sodium 0.075 MG Oral Tablet",
    "1 tablet by mouth before breakfast",
  ),
  warfarin: m("855332", "Warfarin Sodium 5 MG Oral Tablet", "As directed by INR, once a day"),
  digoxin: m("197604", "Digoxin 0.125 MG Oral Tablet", "1 tablet by mouth once a day"),
  clopidogrel: m("309362", "Clopidogrel 75 MG Oral Tablet", "1 tablet by mouth once a day"),
  nitroglycerin: m(
    "705129",
    "Nitroglycerin 0.4 MG/ACTUAT Mucosal Spray",
    "1 spray under the tongue for chest pain",
  ),
  alendronate: m(
    "904419",
    "Alendronic acid 10 MG Oral Tablet",
    "1 tablet by mouth every morning, upright",
  ),
  allopurinol: m("197319", "Allopurinol 100 MG Oral Tablet", "1 tablet by mouth once a day"),
  galantamine: m("310436", "Galantamine 4 MG Oral Tablet", "1 tablet by mouth twice a day"),
  methylphenidate: m(
    "1091392",
    "Methylphenidate Hydrochloride 20 MG Oral Tablet",
    "1 tablet by mouth every morning",
  ),
  fexofenadine: m(
    "997501",
    "Fexofenadine hydrochloride 60 MG Oral Tablet",
    "1 tablet by mouth twice a day",
  ),
  hydrocortisone: m(
    "106258",
    "Hydrocortisone 10 MG/ML Topical Cream",
    "Thin layer on the skin twice a day",
  ),
  ferrousSulfate: m("310325", "ferrous sulfate 325 MG Oral Tablet", "1 tablet by mouth once a day"),
  naproxen: m("849574", "Naproxen sodium 220 MG Oral Tablet", "1 tablet by mouth twice a day"),
  ibuprofen: m("310965", "Ibuprofen 200 MG Oral Tablet", "1 to 2 tablets every 6 hours as needed"),
  ibuprofenChild: m("198405", "Ibuprofen 100 MG Oral Tablet", "1 tablet every 6 hours as needed"),
  acetaminophen: m(
    "313782",
    "Acetaminophen 325 MG Oral Tablet",
    "2 tablets every 6 hours as needed",
  ),
  acetaminophenChild: m(
    "313820",
    "Acetaminophen 160 MG Chewable Tablet",
    "1 tablet every 6 hours as needed",
  ),
  hydrocodone: m(
    "856987",
    "Acetaminophen 300 MG / HYDROcodone Bitartrate 5 MG Oral Tablet",
    "1 tablet every 6 hours as needed for 3 days",
  ),
  amoxicillin: m(
    "308182",
    "Amoxicillin 250 MG Oral Capsule",
    "1 capsule three times a day for 10 days",
  ),
  amoxicillinClavulanate: m(
    "562251",
    "Amoxicillin 250 MG / Clavulanate 125 MG Oral Tablet",
    "1 tablet three times a day for 7 days",
  ),
  penicillinV: m(
    "834102",
    "Penicillin V Potassium 500 MG Oral Tablet",
    "1 tablet twice a day for 10 days",
  ),
  nitrofurantoin: m(
    "311989",
    "Nitrofurantoin 5 MG/ML Oral Suspension",
    "20 mL twice a day for 5 days",
  ),
  coughMixture: m(
    "1043400",
    "Acetaminophen 21.7 MG/ML / Dextromethorphan Hydrobromide 1 MG/ML / doxylamine succinate 0.417 MG/ML Oral Solution",
    "30 mL at bedtime as needed",
  ),
  docetaxel: m("1860480", "1 ML DOCEtaxel 20 MG/ML Injection", "Intravenous, every 3 weeks"),
  leuprolide: m(
    "752899",
    "0.25 ML Leuprolide Acetate 30 MG/ML Prefilled Syringe",
    "One injection every 3 months",
  ),
  contraceptive: m("751905", "Trinessa 28 Day Pack", "1 tablet by mouth once a day"),
  epinephrine: m(
    "1870230",
    "NDA020800 0.3 ML Epinephrine 1 MG/ML Auto-Injector",
    "Into the thigh for anaphylaxis; call for help",
  ),
} as const;

export type MedicationName = keyof typeof medications;
