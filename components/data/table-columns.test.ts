import { expect, test } from "vitest";
import { tableColumns } from "./table-columns";

const row = (columns: Record<string, string | number | boolean | null>) => ({
  job_id: "0197b2c4-0000-7000-8000-000000000000",
  patient_id: "p",
  id: "o",
  type: "Observation",
  columns,
});

test("a number with its unit and a value in words are one column", () => {
  const number = row({ status: "final", value_quantity: 7.2, value_unit: "kg", value_text: null });
  const words = row({ status: "final", value_quantity: null, value_unit: null, value_text: "O+" });
  const { columns, read } = tableColumns([number, words]);
  expect(columns).toEqual(["value", "status"]);
  expect(read(number, "value")).toEqual({ value: 7.2, unit: "kg" });
  expect(read(words, "value")).toEqual({ value: "O+" });
});

test("a blood pressure is told in the same column", () => {
  const panel = row({
    value_quantity: null,
    value_unit: null,
    value_text: null,
    components: "120/80 mmHg",
  });
  const { columns, read } = tableColumns([panel]);
  expect(columns).toEqual(["value"]);
  expect(read(panel, "value")).toEqual({ value: "120/80 mmHg" });
});

test("columns that we do not know keep their order after those that we do", () => {
  const { columns } = tableColumns([row({ zeta: 1, alpha: 2, code_display: "x" })]);
  expect(columns).toEqual(["code_display", "zeta", "alpha"]);
});
