import { expect, test } from "vitest";
import { referencesIn } from "./references-in";

const found = (text: string) =>
  [...referencesIn(text, new Set(["Practitioner", "Location"]))].map(
    ({ type, id }) => `${type}/${id}`,
  );

test("references are found in every form, of the types asked for alone", () => {
  expect(
    found(
      '{"a":{"reference":"Practitioner/1"},"b":{"reference" : "https://x/fhir/Practitioner/2"},' +
        '"c":{"reference":"Location\\/3"},"d":{"reference":"Practitioner/4/_history/9"},' +
        '"e":{"reference":"Patient/5"},"f":{"reference":"#contained"},"g":{"display":"Practitioner/6"}}',
    ),
  ).toEqual(["Practitioner/1", "Practitioner/2", "Location/3", "Practitioner/4"]);
});
