import { expect, test } from "vitest";
import { unitText } from "./unit-text";

test.each([
  ["Cel", "°C"],
  ["mm[Hg]", "mmHg"],
  ["{score}", "score"],
  ["10*3/uL", "10³/µL"],
  ["kg/m2", "kg/m²"],
  ["mL/min/1.73m2", "mL/min/1.73m2"],
  ["ug/dL", "µg/dL"],
  ["unit", "unit"],
  ["mg/dL", "mg/dL"],
  ["{a}/{b}", "{a}/{b}"],
])("%s is written %s", (unit, text) => {
  expect(unitText(unit)).toBe(text);
});
