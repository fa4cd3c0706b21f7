/** A vaccine of the schedule. CVX codes. */
export interface Vaccine {
  code: string;
  display: string;
}

const v = (code: string, display: string): Vaccine => ({ code, display });

export const influenza = v("140", "Influenza, seasonal, injectable, preservative free");
export const covid = v("208", "COVID-19, mRNA, LNP-S, PF, 30 mcg/0.3 mL dose");
export const tetanus = v("113", "Td (adult) preservative free");
export const pneumococcal = v("33", "pneumococcal polysaccharide vaccine, 23 valent");
export const zoster = v("121", "zoster");

const hepB = v("08", "Hep B, adolescent or pediatric");
const rotavirus = v("119", "rotavirus, monovalent");
const dtap = v("20", "DTaP");
const hib = v("49", "Hib (PRP-OMP)");
const pcv = v("133", "Pneumococcal conjugate PCV 13");
const ipv = v("10", "IPV");
const mmr = v("03", "MMR");
const varicella = v("21", "varicella");
const hepA = v("83", "Hep A, ped/adol, 2 dose");
const hpv = v("62", "HPV, quadrivalent");
const tdap = v("115", "Tdap");
const meningococcal = v("114", "meningococcal MCV4P");

/** Given at the well-child visit of that age. */
export const childhoodVaccines: readonly (readonly [months: number, given: readonly Vaccine[]])[] =
  [
    [1, [hepB]],
    [2, [rotavirus, dtap, hib, pcv, ipv]],
    [4, [rotavirus, dtap, hib, pcv, ipv]],
    [6, [hepB, dtap, pcv]],
    [12, [hib, pcv, mmr, varicella, hepA]],
    [15, [dtap]],
    [18, [hepA]],
    [60, [dtap, ipv, mmr, varicella]],
    [132, [tdap, meningococcal, hpv]],
    [144, [hpv]],
    [192, [meningococcal]],
  ];
