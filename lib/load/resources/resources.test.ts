import { expect, test } from "vitest";
import { coding } from "./coding";
import { condition } from "./condition";
import { encounter } from "./encounter";
import { medicationRequest } from "./medication-request";
import { observation } from "./observation";
import { other } from "./other";
import { patient } from "./patient";

const concept = (code: string, display?: string) => ({
  coding: [{ system: "urn:s", code, display }],
});
const subject = { reference: "Patient/p" };

test("a coding is the first with a code; its words fall back to the concept's text", () => {
  expect(
    coding({ text: "T", coding: [{ display: "no code" }, { system: "s", code: "c" }] }),
  ).toEqual({ system: "s", code: "c", display: "T" });
  expect(coding([{ text: "only words" }, concept("second", "Second")])).toEqual({
    system: "urn:s",
    code: "second",
    display: "Second",
  });
  expect(coding({ text: "only words" })).toEqual({
    system: null,
    code: null,
    display: "only words",
  });
  expect(coding("active")).toEqual({ system: null, code: "active", display: "active" });
  for (const nothing of [undefined, null, 1, [], {}, { coding: "x" }, { coding: [null, 1] }]) {
    expect(coding(nothing).code).toBeNull();
  }
});

test("Patient: its own id, the official name, the home address, dead or alive", () => {
  const { patientId, columns } = patient.read({
    id: "p",
    birthDate: "1980",
    gender: "female",
    deceasedDateTime: "2020-05",
    name: [
      { use: "nickname", given: ["Nick"] },
      { use: "official", family: "Müller", given: ["Anna", "Maria"] },
    ],
    address: [
      { use: "old", city: "Before" },
      { use: "home", city: "Boston", state: "MA", postalCode: "02115", country: "US" },
    ],
  });
  expect(patientId).toBe("p");
  expect(columns).toEqual({
    birth_date: "1980-01-01",
    gender: "female",
    deceased: true,
    deceased_at: Date.parse("2020-05-01T00:00:00.000Z"),
    family_name: "Müller",
    given_name: "Anna Maria",
    city: "Boston",
    state: "MA",
    postal_code: "02115",
    country: "US",
  });
  expect(patient.read({ id: "p", deceasedBoolean: false }).columns.deceased).toBe(false);
  expect(patient.read({ id: "p" }).columns.deceased).toBeNull();
  expect(patient.read({ id: "p", name: [{ text: "王小明" }] }).columns.family_name).toBe("王小明");
});

test("Condition: codes, statuses, times, encounter", () => {
  expect(
    condition.read({
      subject,
      code: concept("44054006", "Diabetes"),
      category: [concept("problem-list-item")],
      clinicalStatus: concept("active"),
      verificationStatus: concept("confirmed"),
      onsetPeriod: { start: "2001-02" },
      abatementDateTime: "2005",
      recordedDate: "2001-03-01T10:00:00+01:00",
      encounter: { reference: "Encounter/e" },
    }),
  ).toEqual({
    patientId: "p",
    columns: {
      code_system: "urn:s",
      code: "44054006",
      code_display: "Diabetes",
      category: "problem-list-item",
      clinical_status: "active",
      verification_status: "confirmed",
      onset_at: Date.parse("2001-02-01T00:00:00.000Z"),
      abatement_at: Date.parse("2005-01-01T00:00:00.000Z"),
      recorded_at: Date.parse("2001-03-01T09:00:00.000Z"),
      encounter_id: "e",
    },
  });
  expect(condition.read({ clinicalStatus: "resolved" }).columns.clinical_status).toBe("resolved");
});

test("Observation: a quantity is a number with its unit, every other value is text", () => {
  const read = (value: object) => {
    const { value_quantity, value_unit, value_text } = observation.read({
      subject,
      ...value,
    }).columns;
    return [value_quantity, value_unit, value_text];
  };
  expect(read({ valueQuantity: { value: 5.4, unit: "mmol/L", code: "mmol/L" } })).toEqual([
    5.4,
    "mmol/L",
    null,
  ]);
  expect(read({ valueQuantity: { value: 0, code: "kg" } })).toEqual([0, "kg", null]);
  expect(read({ valueQuantity: { value: Number.POSITIVE_INFINITY } })).toEqual([null, null, null]);
  expect(read({ valueQuantity: { value: "5.4" } })).toEqual([null, null, null]);
  expect(
    read({ valueCodeableConcept: { ...concept("c", "Never smoked"), text: "Never" } }),
  ).toEqual([null, null, "Never"]);
  expect(read({ valueString: "positive" })).toEqual([null, null, "positive"]);
  expect(read({ valueInteger: 3 })).toEqual([null, null, "3"]);
  expect(read({ valueBoolean: false })).toEqual([null, null, "false"]);
  expect(read({ valueDateTime: "2020-01" })).toEqual([null, null, "2020-01"]);
  expect(read({ component: [{ valueQuantity: { value: 120 } }] })).toEqual([null, null, null]);
});

test("Observation: components that are a number under a code, side by side; others are left out", () => {
  const read = (component: unknown) =>
    Object.entries(observation.read({ subject, component }).columns)
      .filter(([name]) => name.startsWith("component_"))
      .map(([, cell]) => cell);
  expect(
    read([
      { code: concept("sys", "Systolic"), valueQuantity: { value: 118, unit: "mmHg" } },
      { code: concept("text", "No number"), valueString: "x" },
      {
        code: { text: "Words", coding: [{ code: "dia" }] },
        valueQuantity: { value: 0, code: "mm" },
      },
    ]),
  ).toEqual([
    ["urn:s", null],
    ["sys", "dia"],
    ["Systolic", "Words"],
    ["mmHg", "mm"],
    [118, 0],
  ]);
  const nothing = [null, null, null, null, null];
  const valueQuantity = { value: 1 };
  for (const odd of [
    undefined,
    "text",
    [],
    [null, 1, { code: "x" }, { code: { coding: "y" }, valueQuantity: [] }],
    [{ code: concept("odd"), valueQuantity: { value: "12" } }],
    [{ code: concept(""), valueQuantity }],
    [{ code: { coding: { code: "not a list" } }, valueQuantity }],
    { code: concept("odd"), valueQuantity },
  ]) {
    expect(read(odd)).toEqual(nothing);
  }
});

test("Observation: effective as time, period, instant or timing", () => {
  const at = (more: object) => observation.read({ subject, ...more }).columns.effective_at;
  const expected = Date.parse("2020-01-02T00:00:00.000Z");
  expect(at({ effectiveDateTime: "2020-01-02" })).toBe(expected);
  expect(at({ effectivePeriod: { start: "2020-01-02" } })).toBe(expected);
  expect(at({ effectiveInstant: "2020-01-02T00:00:00Z" })).toBe(expected);
  expect(at({ effectiveTiming: { event: ["2020-01-02"] } })).toBe(expected);
  expect(at({ effectiveDateTime: "not yet" })).toBeNull();
});

test("MedicationRequest: coded in place, contained, referred to, or as R5 writes it", () => {
  const read = (more: object) => {
    const { medication_code, medication_display } = medicationRequest.read({
      subject,
      ...more,
    }).columns;
    return [medication_code, medication_display];
  };
  expect(read({ medicationCodeableConcept: concept("860975", "Metformin") })).toEqual([
    "860975",
    "Metformin",
  ]);
  expect(
    read({
      medicationReference: { reference: "#m", display: "unused" },
      contained: [{ id: "x" }, { id: "m", code: concept("1", "Inside") }],
    }),
  ).toEqual(["1", "Inside"]);
  expect(read({ medicationReference: { reference: "Medication/1", display: "Aspirin" } })).toEqual([
    null,
    "Aspirin",
  ]);
  expect(read({ medication: { concept: concept("2", "New") } })).toEqual(["2", "New"]);
  expect(read({})).toEqual([null, null]);
});

test("Encounter: class and period as R4 and R5 write them", () => {
  const r4 = encounter.read({
    subject,
    status: "finished",
    class: { code: "AMB" },
    type: [concept("185349003", "Check-up")],
    period: { start: "2020-01-01T10:00:00Z", end: "2020-01-01T11:00:00Z" },
  });
  expect(r4.columns).toEqual({
    status: "finished",
    class_code: "AMB",
    type_code: "185349003",
    type_display: "Check-up",
    start_at: Date.parse("2020-01-01T10:00:00.000Z"),
    end_at: Date.parse("2020-01-01T11:00:00.000Z"),
  });
  const r5 = encounter.read({ class: [concept("IMP")], actualPeriod: { start: "2021" } });
  expect(r5.columns).toMatchObject({
    class_code: "IMP",
    start_at: Date.parse("2021-01-01T00:00:00.000Z"),
  });
});

test.each([
  [{ resourceType: "Procedure", subject }, "p"],
  [{ resourceType: "Immunization", patient: subject }, "p"],
  [{ resourceType: "Coverage", beneficiary: subject }, "p"],
  [{ resourceType: "ResearchSubject", individual: subject }, "p"],
  [{ resourceType: "Task", for: subject }, "p"],
  [
    {
      resourceType: "Appointment",
      participant: [{ actor: { reference: "Location/l" } }, { actor: subject }],
    },
    "p",
  ],
  [{ resourceType: "Specimen", subject: { reference: "Group/g" } }, ""],
  [{ resourceType: "Organization", name: "Ward" }, ""],
])("the patient of %j", (resource, expected) => {
  expect(other.read(resource).patientId).toBe(expected);
});

test("other types: what it is about, its status and when it happened", () => {
  expect(
    other.read({
      patient: subject,
      status: "completed",
      vaccineCode: concept("140", "Influenza"),
      occurrenceDateTime: "2019-10",
    }).columns,
  ).toEqual({
    code_system: "urn:s",
    code: "140",
    code_display: "Influenza",
    status: "completed",
    occurred_at: Date.parse("2019-10-01T00:00:00.000Z"),
  });
  const claim = other.read({ type: concept("pharmacy"), billablePeriod: { start: "2020-03-01" } });
  expect(claim.columns).toMatchObject({
    code: "pharmacy",
    occurred_at: Date.parse("2020-03-01T00:00:00.000Z"),
  });
});

test("nothing that a resource holds makes a reader throw", () => {
  const strange = [
    null,
    0,
    "",
    "x",
    true,
    [],
    [null],
    {},
    [[]],
    { coding: {} },
    [{ coding: [[]] }],
  ];
  const names = [
    ..."id name address birthDate deceasedDateTime code category clinicalStatus subject patient".split(
      " ",
    ),
    ..."encounter onsetPeriod valueQuantity valueCodeableConcept effectiveTiming contained".split(
      " ",
    ),
    ..."medicationReference medicationCodeableConcept class type period participant status".split(
      " ",
    ),
  ];
  for (const value of strange) {
    const resource = Object.fromEntries(names.map((name) => [name, value]));
    for (const reader of [patient, condition, observation, medicationRequest, encounter, other]) {
      const { patientId, columns } = reader.read(resource);
      expect(typeof patientId).toBe("string");
      expect(Object.keys(columns)).toEqual(reader.names);
      for (const cell of Object.values(columns)) {
        expect(cell === null || ["string", "number", "boolean"].includes(typeof cell)).toBe(true);
      }
    }
  }
});
