/** What people are allergic to. SNOMED CT codes. */
export interface Allergen {
  code: string;
  display: string;
  category: "food" | "environment" | "medication";
  /** May be life-threatening. */
  severe: boolean;
}

const a = (
  code: string,
  display: string,
  category: Allergen["category"],
  severe = false,
): Allergen => ({ code, display, category, severe });

export const allergens: readonly Allergen[] = [
  a("232347008", "Dander (animal) allergy", "environment"),
  a("232350006", "House dust mite allergy", "environment"),
  a("418689008", "Allergy to grass pollen", "environment"),
  a("419263009", "Allergy to tree pollen", "environment"),
  a("419474003", "Allergy to mould", "environment"),
  a("424213003", "Allergy to bee venom", "environment", true),
  a("91935009", "Allergy to peanuts", "food", true),
  a("91934008", "Allergy to nut", "food", true),
  a("300913006", "Shellfish allergy", "food", true),
  a("91930004", "Allergy to eggs", "food"),
  a("425525006", "Allergy to dairy product", "food"),
  a("91936005", "Allergy to penicillin", "medication", true),
];
