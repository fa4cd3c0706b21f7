import { expect, test } from "vitest";
import { dialectOf } from "./dialect-of";

const bulk = "http://hl7.org/fhir/uv/bulkdata/CapabilityStatement/bulk-data";
const guide = "http://hl7.org/fhir/uv/bulkdata/ImplementationGuide/hl7.fhir.uv.bulkdata";

test.each([
  [null, [], null],
  [null, [bulk], null],
  [null, [`${bulk}|1.0.1`], "comma"],
  [null, [`${bulk}|2.0.0`], "mixed"],
  [null, [`${guide}|3.0.0`], "mixed"],
  [null, [`${bulk}|2.0.0`, `${guide}|4.0.0-ballot`], "post"],
  [null, ["http://hl7.org/fhir/us/core/CapabilityStatement/us-core-server|6.1.0"], null],
  ["Oracle Health Millennium Platform 1.0", [], "comma"],
  ["Cerner Command Language", [`${bulk}|2.0.0`], "comma"],
  ["HAPI FHIR Server 7.2", [], null],
] as const)("%s that claims %j speaks %s", (software, instantiates, dialect) => {
  expect(dialectOf({ software, instantiates: [...instantiates] })).toBe(dialect);
});
