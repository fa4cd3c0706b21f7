import { expect, test } from "vitest";
import { tokenMayGo } from "./token-host";

// SMART App Launch, Backend Services; Bulk Data Access, Security: no token to strangers.
test.each([
  ["https://bulk.example.org/files/1", true],
  ["https://bulk.example.org:8443/files/1", false],
  ["http://bulk.example.org/files/1", false],
  ["https://bulk.example.org.evil.example/files/1", false],
  ["https://status.example.org/1", false],
  ["https://files.example.org/1", true],
  ["http://files.example.org/1", false],
  ["https://files.example.org:8443/1", false],
  ["https://other.example.org:9443/1", true],
  ["https://other.example.org/1", false],
  ["https://storage.example.com/signed?sig=1", false],
  ["nonsense", false],
])("the token may go to %s: %s", (url, expected) => {
  const server = {
    fhirBaseUrl: "https://bulk.example.org/fhir",
    allowedHosts: ["files.example.org", "Other.example.org:9443"],
  };
  expect(tokenMayGo(url, server)).toBe(expected);
});

test.each([
  ["http://localhost:4004/files/1", true],
  ["http://localhost:4005/files/1", false],
  ["http://localhost:5005/files/1", true],
])("a server without TLS, %s: %s", (url, expected) => {
  const server = { fhirBaseUrl: "http://localhost:4004/fhir", allowedHosts: ["localhost:5005"] };
  expect(tokenMayGo(url, server)).toBe(expected);
});

test("a server that names itself with https where we know it by http may get its token there", () => {
  const server = { fhirBaseUrl: "http://bulk.example.org/fhir", allowedHosts: [] };
  expect(tokenMayGo("https://bulk.example.org/status/1", server)).toBe(true);
});
